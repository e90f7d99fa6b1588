"""What happened: the append-only log and its vocabulary."""
