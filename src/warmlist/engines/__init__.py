"""Engines run a compiled plan over a spine: in process over Arrow, or over the columnar mirror."""
