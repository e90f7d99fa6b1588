"""Names that facts, dimensions, labels and figures may have: they become columns of plans."""

from __future__ import annotations

import re
from collections.abc import Container

from warmlist.errors import BadPack
from warmlist.rules.yaml_text import Text

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
#: Columns that plans have anyway.
_OWN = "asked customer_id as_of recheck_at playbook due_from due_by touch rank worth event_id ends"
#: Words that the engines' SQL keeps for itself (DuckDB, PostgreSQL and Spark together).
_SQL = """all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by
case cast check collate collation column columns concurrently constraint create cross default deferrable
delete desc describe distinct do drop else end except exists false fetch filter for foreign freeze from
full function generated glob grant group having ilike in initially inner insert intersect interval into
is isnull join known lambda lateral leading left like limit map minus natural not notnull null offset on
only or order outer overlaps partition pivot placing positional primary qualify references returning
right select semi session_user set show similar some sql struct summarize symmetric table tablesample
then time to trailing true tuple union unique unknown unpack unpivot update user using variadic verbose
when where window with within age gap has says"""
TAKEN = frozenset(f"{_OWN} {_SQL}".split())
_MOMENTS = re.compile(r"current_(?:date|time|timestamp|user)|local(?:time|timestamp)")


def checked(name: Text, what: str, taken: Container[str] = ()) -> str:
    """The name; taken: what something else is called. Raises BadPack with its place."""
    if not _NAME.fullmatch(name):
        raise BadPack(
            f"{name.at}: {str(name)!r} is no name for a {what}; write small letters, digits and _"
        )
    if "__" in name:
        raise BadPack(f"{name.at}: {str(name)!r} holds two _ in a row, which keeps columns apart")
    if name in taken or (what != "label" and _reserved(name)):
        raise BadPack(f"{name.at}: {str(name)!r} is taken; give the {what} another name")
    return str(name)


def free(name: str, taken: Container[str]) -> bool:
    """Whether something new may have this name."""
    fits = bool(_NAME.fullmatch(name)) and "__" not in name
    return fits and not _reserved(name) and name not in taken


def _reserved(name: str) -> bool:
    return name in TAKEN or bool(_MOMENTS.fullmatch(name))
