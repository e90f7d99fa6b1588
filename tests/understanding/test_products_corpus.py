"""Goods in messages that nobody looked at: the figures may only get better."""

from __future__ import annotations

import pytest
from training.goods import labelled, measure

pytestmark = pytest.mark.unit


def test_unseen_messages():
    counts = measure(labelled("unseen"))["all"]
    found, whole = counts.categories
    assert found / whole >= 0.88
    found, whole = counts.attributes
    assert found / whole >= 0.75
