"""Facts: what can be counted or dated about a customer, each declared as one row."""
