"""The precise half of understanding: patterns written by hand, in files beside this one."""

from warmlist.understanding.lexicon.files import OWN
from warmlist.understanding.lexicon.match import LexiconReader

__all__ = ["OWN", "LexiconReader", "load"]


def load() -> LexiconReader:
    """A reader over the built-in pattern files; raises BadInput where one is misspelt."""
    return LexiconReader()
