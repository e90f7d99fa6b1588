"""Reads what a file of labels says about those that no pack can list: its table `open`."""

from __future__ import annotations

import re

from warmlist.errors import BadPack
from warmlist.rules.expressions import Vocabulary
from warmlist.rules.model import COLOURS, LabelNames, Often, OpenRule, named
from warmlist.rules.parts import duration, in_every_language, number
from warmlist.rules.yaml_text import Table, near


def read_open_rule(table: Table, dimension: str, review_days: int, words: Vocabulary) -> OpenRule:
    """The open labels of one file; raises BadPack with the place of what is wrong."""
    row = table.table("open").allow("id", "lasts", "strongest", "often", "because", "named")
    exclusive = table.text("kind") == "exclusive"
    because = in_every_language(row, "because")
    if unknown := sorted(named(because) - {"label", "origin"}):
        raise BadPack(
            f"{row.at}: the sentence of open labels takes label and origin, not {', '.join(unknown)}"
        )
    return OpenRule(
        id=str(row.text("id")),
        dimension=dimension,
        exclusive=exclusive,
        names=in_every_language(table, "names"),
        review_days=review_days,
        lasts=duration(row, "lasts", words),
        strongest=exclusive or row.text("strongest", "no") == "yes",
        because=because,
        named=tuple(_names(name) for name in (row.rows("named") if "named" in row else ())),
        beside=frozenset(map(str, table.get("labels", ()))),
        place=row.at,
        often=_often(row.table("often"), words) if "often" in row else None,
    )


def _often(row: Table, words: Vocabulary) -> Often:
    row.allow("least", "share", "of")
    return Often(*(number(row, key, words) for key in ("least", "share", "of")))


def _names(row: Table) -> LabelNames:
    row.allow("like", "names", "colour")
    like, colour = row.text("like"), row.text("colour") if row.get("colour") else None
    if colour and colour not in COLOURS:
        raise BadPack(f"{colour.at}: unknown colour {colour!r}{near(colour, COLOURS)}")
    try:
        return LabelNames(re.compile(like), in_every_language(row, "names"), colour)
    except re.error as error:
        raise BadPack(f"{like.at}: {like!r} is no pattern: {error}") from None
