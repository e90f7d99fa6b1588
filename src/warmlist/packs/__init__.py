"""Packs that come with Warmlist: rules as data."""
