"""The pages, their live stream, and the doors for webhooks and the API."""
