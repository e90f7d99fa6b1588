"""What a workspace teaches the reader: corrections become small, bounded changes of its answers."""
