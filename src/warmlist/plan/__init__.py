"""Compiles facts and rules into one flat chain of named CTEs over a spine of (customer, as_of)."""
