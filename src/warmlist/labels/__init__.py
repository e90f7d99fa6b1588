"""Assignments: which labels hold since when and why, now and in the past."""
