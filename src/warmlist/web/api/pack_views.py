"""How a pack is told."""

from __future__ import annotations

from typing import Literal, cast

from pydantic import Field

from warmlist.rules.model import Dimension, OpenRule, Pack, Playbook
from warmlist.web.api.fields import Told

Words = dict[str, str]  # language -> text
Kind = Literal["duration", "number", "money"]
Unit = Literal["moment", "number", "money"]


class ThresholdTold(Told):
    """A figure that rules use."""

    name: str
    kind: Kind
    value: str = Field(description="as it is written in the pack: 24h, 3, 10000 USD")
    source: str
    since: str


class FactTold(Told):
    """A fact that rules may read."""

    name: str
    unit: Unit
    says: Words


class LabelTold(Told):
    """A label of a dimension."""

    label: str
    names: Words
    colour: str | None
    source: str


class RuleTold(Told):
    """A row: the label holds when the expression does."""

    id: str
    label: str
    shade: str | None
    when: str
    because: Words
    facts: list[str]


class DimensionTold(Told):
    """Labels of one kind."""

    dimension: str
    kind: Literal["exclusive", "set"]
    names: Words
    labels: list[LabelTold]
    rules: list[RuleTold] = Field(description="of an exclusive dimension the first that holds wins")


class OpenLabelsTold(Told):
    """Labels of one kind that no pack can list: what was said, noted or worked out brings them."""

    dimension: str
    kind: Literal["exclusive", "set"]
    names: Words
    rule: str
    strongest: bool = Field(description="stated replaces noted, noted replaces worked out")
    lasts_ms: int = Field(description="so long after it was said; 0 means without end")
    like: list[str] = Field(description="forms of labels that have names and colours of their own")
    because: Words


class PlaybookTold(Told):
    """What to do about a label. Durations are ms; 0 means without end."""

    id: str
    start: str = Field(description="the fact from which it counts")
    first_ms: int = Field(description="the first contact is due so long after the start")
    every_ms: int
    touches: int
    ends_ms: int
    how: str | None
    why: Words
    missed: Words


class PackTold(Told):
    """A pack."""

    name: str
    version: str
    in_force: bool
    thresholds: list[ThresholdTold]
    facts: list[FactTold]
    dimensions: list[DimensionTold]
    open_labels: list[OpenLabelsTold]
    playbooks: list[PlaybookTold]
    warnings: list[str]


def told(pack: Pack) -> PackTold:
    """The pack in force."""
    return PackTold(
        name=pack.name,
        version=pack.version,
        in_force=True,
        thresholds=[
            ThresholdTold(
                name=t.name, kind=cast(Kind, t.kind), value=t.text, source=t.source, since=t.since
            )
            for t in pack.thresholds.values()
        ],
        facts=[
            FactTold(name=f.name, unit=cast(Unit, f.unit), says=dict(f.says))
            for f in pack.facts.values()
        ],
        dimensions=[_dimension(d) for d in pack.dimensions],
        open_labels=[_open_labels(rule) for rule in pack.open_rules],
        playbooks=[_playbook(p) for p in pack.playbooks],
        warnings=list(pack.warnings),
    )


def _dimension(dimension: Dimension) -> DimensionTold:
    return DimensionTold(
        dimension=dimension.key,
        kind="exclusive" if dimension.exclusive else "set",
        names=dict(dimension.names),
        labels=[
            LabelTold(label=x.key, names=dict(x.names), colour=x.colour, source=x.source)
            for x in dimension.labels.values()
        ],
        rules=[
            RuleTold(
                id=r.id,
                label=r.label,
                shade=r.shade,
                when=r.text,
                because=dict(r.because),
                facts=list(r.facts),
            )
            for r in dimension.rules
        ],
    )


def _open_labels(rule: OpenRule) -> OpenLabelsTold:
    return OpenLabelsTold(
        dimension=rule.dimension,
        kind="exclusive" if rule.exclusive else "set",
        names=dict(rule.names),
        rule=rule.id,
        strongest=rule.strongest,
        lasts_ms=rule.lasts,
        like=[form.like.pattern for form in rule.named],
        because=dict(rule.because),
    )


def _playbook(playbook: Playbook) -> PlaybookTold:
    return PlaybookTold(
        id=playbook.id,
        start=playbook.start,
        first_ms=playbook.first,
        every_ms=playbook.every,
        touches=playbook.touches,
        ends_ms=playbook.ends,
        how=playbook.how,
        why=dict(playbook.why),
        missed=dict(playbook.missed),
    )
