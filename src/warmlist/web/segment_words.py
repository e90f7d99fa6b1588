"""How operations and their outcomes are told, in the viewer's language."""

from __future__ import annotations

from collections.abc import Mapping

from babel.numbers import format_decimal

from warmlist.followup.look import PackLook
from warmlist.followup.operations import Operation
from warmlist.web.i18n import babel_locale, current, gettext, later, ngettext

_LEFT: Mapping[str, str] = {
    "gone": later("merged into another customer"),
    "theirs": later("another person’s by then"),
    "has_none": later("without the label"),
    "by_rule": later("have it by a rule"),
    "same_owner": later("the owner’s already"),
}
_STATES: Mapping[str, str] = {
    "working": later("under way"),
    "done": later("done"),
    "undoing": later("being taken back"),
    "undone": later("taken back"),
}


def decimal(number: int) -> str:
    """'12,345' as the language writes it."""
    return format_decimal(number, locale=babel_locale())


def customers(number: int) -> str:
    """'12,345 customers'."""
    told = ngettext("{n} customer", "{n} customers", number)
    return told.replace("{n}", decimal(number))


def title(operation: Operation, look: PackLook) -> str:
    """'Label “High value” on 12 customers'."""
    fields = operation.fields
    many = customers(operation.total)
    if operation.action == "assign":
        owner = str(fields["owner"]) or gettext("Nobody")
        return gettext("{many}: now {owner}’s").format(many=many, owner=owner)
    if operation.action == "export":
        return gettext("{many}: exported").format(many=many)
    chip = look.chip(fields["dimension"], fields["label"], None, "manual", current())
    said = (
        gettext("{many}: label “{label}” added")
        if operation.action == "add"
        else gettext("{many}: label “{label}” removed")
    )
    return said.format(many=many, label=chip.name)


def state(operation: Operation) -> str:
    return gettext(_STATES[operation.state])


def left_out(operation: Operation) -> list[str]:
    """'3 without the label', for every reason."""
    return [
        f"{decimal(number)} {gettext(_LEFT.get(reason, reason))}"
        for reason, number in sorted(operation.left.items())
    ]
