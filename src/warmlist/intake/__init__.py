"""Turns what others write (lines, chat exports, order files) into events."""
