"""The signals a reader can find, as the log keeps them: see `events.signals`."""

from warmlist.events.signals import MEANING, SIGNALS, bit, mask, names

__all__ = ["MEANING", "SIGNALS", "bit", "mask", "names"]
