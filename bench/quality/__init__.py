"""What labels say of the next 90 days, on orders of real shops: `python -m bench.quality --help`."""
