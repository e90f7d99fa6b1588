"""Concepts: what words mean in any language, so that what is learnt in one counts in the others.

A sheet a language says how people name each of some 260 concepts (`keys.txt`). A message is searched for
the forms of all sheets at once; of the languages that share its words those count which explain most of it.
"""

from warmlist.understanding.concepts.files import Form, load
from warmlist.understanding.concepts.find import Finder, Forms
from warmlist.understanding.concepts.meaning import MEANT, MEANT_BEFORE, Meant, meanings

__all__ = ["MEANT", "MEANT_BEFORE", "Finder", "Form", "Forms", "Meant", "load", "meanings"]
