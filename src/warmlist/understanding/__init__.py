"""What a customer's message says: signals with the words that show them."""
