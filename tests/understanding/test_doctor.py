"""`warmlist doctor` says which reader is in force."""

from __future__ import annotations

import pytest

from warmlist import doctor
from warmlist.errors import BadInput
from warmlist.settings import Settings
from warmlist.understanding import lexicon
from warmlist.understanding.reader import default_reader

pytestmark = pytest.mark.unit


def understanding(monkeypatch, tmp_path, reader):
    monkeypatch.setattr(doctor, "default_reader", reader)
    nowhere = Settings(database_url="postgresql://nobody@127.0.0.1:1/none", home=tmp_path)
    [found] = [f for f in doctor.examine(nowhere) if f.what.startswith("understanding: ")]
    return found


def test_lexicon_and_model_are_good(monkeypatch, tmp_path):
    found = understanding(monkeypatch, tmp_path, default_reader)
    assert (found.state, found.what) == ("good", "understanding: lexicon and model, 14 languages")


def test_a_checkout_without_the_model_is_told_how_to_build_it(monkeypatch, tmp_path):
    found = understanding(monkeypatch, tmp_path, lexicon.load)
    assert found.state == "warning"
    assert "make model" in found.do


def test_a_broken_model_is_bad(monkeypatch, tmp_path):
    def broken():
        raise BadInput("model.npz cannot be read", hint="build it again: make model")

    found = understanding(monkeypatch, tmp_path, broken)
    assert (found.state, found.do) == ("bad", "build it again: make model")
