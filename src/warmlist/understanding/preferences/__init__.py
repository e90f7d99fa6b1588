"""Wishes about contact: a rep's note line, and what customers say in sentences of their own."""

from warmlist.understanding.preferences.model import LifePoint, Preferences, Window
from warmlist.understanding.preferences.note import Note, parse_note, render_note
from warmlist.understanding.preferences.note_words import NOTE_LANGUAGES
from warmlist.understanding.preferences.sentence import preferences_in

__all__ = [
    "NOTE_LANGUAGES",
    "LifePoint",
    "Note",
    "Preferences",
    "Window",
    "parse_note",
    "preferences_in",
    "render_note",
]
