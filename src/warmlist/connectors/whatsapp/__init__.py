"""The WhatsApp Business Cloud API: what Meta posts, read into events."""

from warmlist.connectors.whatsapp.door import WhatsApp

connector = WhatsApp()

__all__ = ["WhatsApp", "connector"]
