"""Benchmarks: what Warmlist does in how long, each figure beside its aim. `python -m bench --help`."""
