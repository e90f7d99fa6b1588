"""Who of a chat's authors is the customer, and who is the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from warmlist.errors import BadInput
from warmlist.intake.chat_export.marks import folded
from warmlist.intake.identity import canonical, chat_handle


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who in one chat.

    handles: author (as written in the export) -> canonical handle, for customers; everybody else
    is the team. names: author -> name, for customers whom the export knows by a name. key: what
    stands for the chat in the ids of its messages.
    """

    handles: Mapping[str, str]
    names: Mapping[str, str]
    key: str
    group: bool


def cast_of(
    authors: Sequence[str],
    *,
    title: str | None,
    team: Sequence[str] = (),
    customer: str | None = None,
) -> Cast:
    """Decide it from the authors of the messages, the chat's name and what the user said.

    team: names of the team's authors. customer: the handle of the only customer, if known.
    BadInput when neither the chat's name nor the team tells who the customer is.
    """
    customers = _customers(authors, title, {folded(name) for name in team})
    group = len(customers) > 1
    if customer is not None and group:
        raise BadInput(
            f"--customer was given, but {len(customers)} authors are not of the team",
            hint="name every author of the team with --team NAME",
        )
    chat = (title or "") if group else ""
    known = {author: _handle(chat, author) for author in customers}
    key = f"group:{folded(chat)}" if group else next(iter(known.values()))
    if customer is not None:
        known = {author: canonical(customer) for author in known}
    names = {author: author for author in customers if not _is_phone(author)}
    return Cast(known, names, key, group)


def _customers(authors: Sequence[str], title: str | None, team: set[str]) -> list[str]:
    if team:
        found = [author for author in authors if folded(author) not in team]
        if found:
            return found
        if title is None:
            raise BadInput("every author of the chat is of the team: it has no customer")
        return [title]
    if title is not None:
        named = [author for author in authors if _same(author, title)]
        if named:
            return named[:1]
        if len(authors) <= 1:
            return [title]
    phones = [author for author in authors if _is_phone(author)]
    if len(phones) == 1 and len(authors) <= 2:
        return phones
    raise BadInput(
        f"nothing tells who of the chat's {len(authors)} authors is the customer",
        hint="add --team NAME for each author of your team, written as in the export",
    )


def _same(author: str, title: str) -> bool:
    if folded(author) == folded(title):
        return True
    return _is_phone(author) and _is_phone(title) and canonical(author) == canonical(title)


def _is_phone(author: str) -> bool:
    if not author.lstrip("\u202a\u200e\u2066").startswith("+"):
        return False
    try:
        return canonical(author).startswith("+")
    except BadInput:
        return False


def _handle(chat: str, author: str) -> str:
    return canonical(author) if _is_phone(author) else chat_handle(folded(chat), folded(author))
