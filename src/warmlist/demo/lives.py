"""The past of the sample shop: each customer's life up to "now", and what is already under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from warmlist.clock import DAY, HOUR, MINUTE, SECOND
from warmlist.demo.casting import SILENCE, Casting, Fate, fates, last_ask, suits, wanted
from warmlist.demo.catalogue import catalogue
from warmlist.demo.dice import Dice
from warmlist.demo.errands import browsing, courtesy, habits, web_order
from warmlist.demo.people import Persona, persona, work_moment
from warmlist.demo.play import event, outbound, play, profile_fields, step_fields
from warmlist.demo.scenes import AFTER_PURCHASE, TEXTS, Scene
from warmlist.events.model import Event

#: How far back the shop's records reach, in ms.
PAST = 213 * DAY
#: How many customers order by the case every month; each spends over 10,000 dollars a year.
BIG_BUYERS = 9
_TRIES = 60


@dataclass(frozen=True, slots=True)
class Timeline:
    """The shop at one moment. past: backfilled events in time order; coming: live ones after it."""

    people: tuple[Persona, ...]
    past: tuple[Event, ...]
    coming: tuple[Event, ...]
    opted_out: frozenset[int]  # numbers of customers who want no more messages
    played: Mapping[int, frozenset[str]]  # which scenes each customer has been in


@lru_cache(maxsize=2)
def timeline(seed: int, now_ms: int, customers: int) -> Timeline:
    """The whole shop for a seed and a moment; the same for the same arguments."""
    people = tuple(persona(seed, number) for number in range(customers))
    casting, dealt = Casting(seed), fates(seed, customers)
    lasting = [p.number for p in people if p.kind == "b2b" and dealt[p.number].left != "never"]
    keen = [n for n in lasting if dealt[n].silence not in ("lost", "half_year")]
    big = frozenset(keen[: min(BIG_BUYERS, customers // 40)])
    lives = [
        _Life(p, dealt[p.number], Dice(seed, "life", p.number), now_ms, casting, p.number in big)
        for p in people
    ]
    events = sorted((e for life in lives for e in life.lived()), key=lambda e: (e.pos, e.id))
    return Timeline(
        people=people,
        past=tuple(e for e in events if e.occurred_at < now_ms),
        coming=tuple(replace(e, backfill=False) for e in events if e.occurred_at >= now_ms),
        opted_out=frozenset(life.persona.number for life in lives if life.opted_out_at),
        played=MappingProxyType({n: frozenset(ids) for n, ids in casting.played.items()}),
    )


@dataclass(slots=True)
class _Life:
    persona: Persona
    fate: Fate
    dice: Dice
    now: int
    casting: Casting
    big: bool
    events: list[Event] = field(default_factory=list)
    opted_out_at: int | None = None
    count: int = 0

    def lived(self) -> list[Event]:
        """Everything that happened to this customer, from the first contact on, unordered."""
        final = self._final_talk()
        self.events += final
        first = min((e.occurred_at for e in final), default=self._silent_since())
        joined = self._joined(first)
        self._earlier(joined, first)
        self.events += self._campaigns(joined, first)
        if self.fate.silence not in ("half_year", "lost"):
            self.events += browsing(self.persona, self.dice, self._name(), joined, self.now)
        began = min([e.occurred_at for e in self.events] + [joined])
        self.events += habits(self.persona, self.dice, began, self.now)
        profile = profile_fields(self.persona, began - SECOND)
        at = began - SECOND
        self.events.append(
            event(self.persona, "profile", f"{self.persona.key}.profile", at, profile, live=False)
        )
        return self.events

    def _name(self) -> str:
        self.count += 1
        return f"{self.persona.key}.{self.count:02d}"

    # The last talk decides where the customer stands now.

    def _final_talk(self) -> list[Event]:
        if self.fate.left == "never":
            return []
        if self.fate.left == "thanks":
            return courtesy(self.persona, self.dice, self._name(), self._moment(self.persona))
        scene = self.casting.choose(self.persona, self.dice, wanted(self.fate))
        if scene is None:
            scene = self.casting.choose(self.persona, self.dice, lambda s: not s.trade)
        if scene is None:
            return courtesy(self.persona, self.dice, self._name(), self._moment(self.persona))
        name = self._name()
        cut = last_ask(scene) if self.fate.left == "red" else None
        head = slice(None) if cut is None else slice(0, cut + 1)
        talk = self._ending(scene, name, head)
        if scene.stage == "opt_out":
            self.opted_out_at = talk[0].occurred_at
        if scene.stage in AFTER_PURCHASE:
            self._bought_before(scene, talk[0].occurred_at)
        if cut is not None and cut + 1 < len(scene.lines) and self.dice.chance(0.6):
            start = self.now + self.dice.wait(40 * MINUTE)
            rest = slice(cut + 1, None)
            talk += play(scene, self.persona, name, start, self.dice, lines=rest)
        return talk

    def _moment(self, who: Persona) -> int:
        """A moment within the fate's silence at which this customer writes."""
        low, high = SILENCE[self.fate.silence]
        for _ in range(_TRIES):
            skew = self.dice.unit() ** (2 if self.fate.left == "red" else 1)
            at = self.now - low - int((high - low) * skew)
            if who.is_awake(at):
                return at
        return at

    def _ending(self, scene: Scene, name: str, lines: slice) -> list[Event]:
        """The scene, placed so that its last inbound message lies within the fate's silence."""
        low, high = SILENCE[self.fate.silence]
        best: list[Event] = []
        who = self.persona
        for attempt in range(_TRIES):
            if attempt == _TRIES // 2:  # nobody keeps to their hours always
                who = replace(who, awake=(0, 24), weekdays_only=False)
            target = self._moment(who)
            start = target
            for _ in range(2):  # once to see how long it takes, once more in its place
                dice = Dice(self.casting.seed, name, attempt)
                talk = play(scene, who, name, start, dice, lines=lines)
                last = max(e.occurred_at for e in talk if _inbound(e))
                found, start = start, start - (last - target)
            if low <= self.now - last <= high:
                best = best or talk
                if suits(scene, who, found):
                    return talk
        return best or talk

    # What came before.

    def _silent_since(self) -> int:
        return self.now - self.dice.whole(2, 150) * DAY

    def _joined(self, first: int) -> int:
        oldest = self.now - PAST
        if self.big:
            return oldest + self.dice.whole(1, 60) * HOUR
        recent = self.fate.silence in ("today", "three_days", "week")
        if first - 2 * DAY <= oldest or (recent and self.dice.chance(0.3)):
            return first
        long_ago = first - int((first - oldest) * self.dice.unit() ** 1.3)
        return min(first, self.persona.next_awake(long_ago))

    def _earlier(self, joined: int, first: int) -> None:
        if self.big:
            self._monthly_cases(joined, first)
        elif self.fate.left != "never" or self.dice.chance(0.25):
            self._episodes(joined, first)

    def _monthly_cases(self, joined: int, first: int) -> None:
        at, cart = joined + 3 * HOUR, {"bottega": 1, "molabar": 1}
        while at < first - HOUR:
            at = self.persona.next_awake(at)
            self.events += web_order(self.persona, self.dice, self._name(), at, cart)
            cart = {"notte": self.dice.whole(22, 30), "alba": self.dice.whole(8, 12)}
            at += self.dice.whole(24 * 24, 31 * 24) * HOUR

    def _episodes(self, joined: int, first: int) -> None:
        room = first - joined - 2 * DAY
        if room < 3 * DAY:
            return
        for _ in range(self.dice.weighted({0: 38, 1: 33, 2: 18, 3: 11})):
            at = self.persona.next_awake(joined + int(room * self.dice.unit()))
            self._episode(at, first)
        if self.dice.chance(0.14):
            self._refills(joined + DAY, first)

    def _episode(self, at: int, before: int) -> None:
        name = self._name()
        if self.dice.chance(0.45):
            room = before - at - 12 * HOUR
            scene = self.casting.choose(
                self.persona, self.dice, lambda s: _any_time(s) and s.lasts < room, at_most=0
            )
            if scene is not None:
                talk = play(scene, self.persona, name, at, self.dice)
                if talk[-1].occurred_at < before - 6 * HOUR:
                    self.events += talk
                    return
        if at < before - HOUR:
            self.events += web_order(self.persona, self.dice, name, at)

    def _refills(self, start: int, before: int) -> None:
        """The same beans again and again, whenever they run out."""
        slug = self.dice.pick(("alba", "notte", "luna"))
        lasts = catalogue()[slug].lasts or 30
        at, bags = start, self.dice.whole(1, 2)
        while at < before - HOUR:
            at = self.persona.next_awake(at)
            self.events += web_order(self.persona, self.dice, self._name(), at, {slug: bags})
            at += int(lasts * DAY * (0.8 + 0.4 * self.dice.unit()))

    def _bought_before(self, scene: Scene, first: int) -> None:
        slug = next((s for s in scene.slugs if not catalogue()[s].trade), "lino")
        at = self.persona.next_awake(first - self.dice.whole(9, 45) * DAY)
        at = max(at, self.now - PAST - 10 * DAY)
        self.events += web_order(self.persona, self.dice, self._name(), at, {slug: 1})

    def _campaigns(self, joined: int, first: int) -> list[Event]:
        """What went to the whole list while the customer was on it."""
        events: list[Event] = []
        for row in campaigns():
            day = self.now - row["days_ago"] * DAY
            at = work_moment(day, self.persona.zone, self.dice)
            gone = self.opted_out_at is not None and at >= self.opted_out_at
            if gone or at < joined or abs(at - first) < 3 * DAY:
                continue
            reads = 0.0 if self.fate.silence == "lost" else self.persona.reads
            events += broadcast(self.persona, self.dice, row, at, reads)
        return events


def broadcast(
    persona: Persona, dice: Dice, row: Mapping[str, Any], at: int, reads: float
) -> list[Event]:
    """One customer's copy of a campaign, its receipts and perhaps a click. reads: 0 to 1."""
    message = f"{persona.key}.{row['id']}"
    fields = outbound(row["text"][persona.language], row["purpose"], persona)
    fields |= {"campaign": row["id"], "broadcast": True}
    events = [event(persona, "message", message, at, fields, live=False)]
    steps = {"delivered": dice.whole(1, 9) * SECOND}
    if dice.chance(reads):
        steps["read"] = 20 * SECOND + dice.wait(3 * HOUR)
    for status, after in steps.items():
        fields = {"message": message, "status": status}
        events.append(
            event(persona, "receipt", f"{message}.{status}", at + after, fields, live=False)
        )
    if "read" in steps and dice.chance(0.08):
        fields = step_fields(catalogue()[row["slug"]]) | {"campaign": row["id"]}
        moment = at + steps["read"] + dice.whole(5, 60) * SECOND
        events.append(event(persona, "click", f"{message}.click", moment, fields, live=False))
    return events


@cache
def campaigns() -> tuple[Mapping[str, Any], ...]:
    """The campaigns of `texts/campaigns.yaml`, oldest first."""
    data = yaml.safe_load((TEXTS / "campaigns.yaml").read_text(encoding="utf-8"))
    return tuple(data["campaigns"])


def _inbound(e: Event) -> bool:
    return e.type == "message" and e.fields["direction"] == "in"


def _any_time(scene: Scene) -> bool:
    return scene.stage not in AFTER_PURCHASE | {"opt_out", "passive", "first_contact"}
