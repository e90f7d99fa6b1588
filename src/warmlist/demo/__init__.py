"""A sample shop with invented customers, for `warmlist demo`, screenshots and tests."""
