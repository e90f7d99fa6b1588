"""Rules: when a label holds, as expressions over facts; pure data and its checks."""
