"""What goes on in the sample shop while somebody looks: an endless stream of live events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count

from warmlist.clock import HOUR, SECOND
from warmlist.demo.casting import Casting, last_ask, suits
from warmlist.demo.catalogue import catalogue
from warmlist.demo.dice import Dice
from warmlist.demo.errands import courtesy, visit, web_order
from warmlist.demo.lives import Timeline, timeline
from warmlist.demo.people import Persona, persona
from warmlist.demo.play import event, play, profile_fields
from warmlist.demo.scenes import AFTER_PURCHASE, Scene
from warmlist.demo.shop import CUSTOMERS
from warmlist.events.model import Event

#: Mean time, before the cut below, between two things that begin; each brings up to a dozen events.
BEAT = 32 * SECOND
#: The longest wait for the next: whoever watches the page sees it move within a minute.
_QUIET = 45 * SECOND
_FIRST = 4 * SECOND
#: How often each kind of thing begins, in a hundred.
_BEGINS = {"talk": 24, "visit": 32, "read": 20, "courtesy": 14, "order": 7, "newcomer": 3}
#: How many deciding questions the team forgets to answer.
_FORGOTTEN = 0.2
#: Stages with which somebody new may begin.
_FIRST_WORDS = frozenset(
    {"first_contact", "price_open", "stock", "comparison", "purchase", "spec", "need", "gift"}
)
_PICKS = 40


def day(
    seed: int, from_ms: int, *, customers: int = CUSTOMERS, history_ms: int | None = None
) -> Iterator[tuple[int, Event]]:
    """Endless (moment, live event), in time order, from `from_ms` (epoch ms) on.

    The shop is the one of `history(seed, history_ms, customers)`; leave `history_ms` out when that
    history was made for this very moment. What was under way there goes on: questions are answered
    after a while, quotes are accepted, some are left waiting. A later start over the same history
    uses other ids, so that streams of two starts can go into one log.
    """
    past = timeline(seed, from_ms if history_ms is None else history_ms, customers)
    yield from _Day(seed, from_ms, past).stream()


@dataclass(slots=True)
class _Day:
    seed: int
    start: int
    past: Timeline
    dice: Dice = field(init=False)
    casting: Casting = field(init=False)
    people: list[Persona] = field(init=False)
    bought: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unread: list[Event] = field(init=False)
    silent: set[int] = field(init=False)
    busy: dict[int, int] = field(default_factory=dict)
    heap: list[tuple[int, int, Event]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)
    newcomers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Dice(self.seed, "day", self.start)
        self.people = list(self.past.people)
        self.silent = set(self.past.opted_out)
        self._remember(self.past.past)
        self.unread = self.dice.shuffled(_unread(self.past.past))
        self.casting = _casting(self.seed, self.past)
        number = {who.handle: who.number for who in self.people}
        for e in self.past.coming:  # in time order, so the last one stays
            self.busy[number[e.handle]] = e.occurred_at
        self.newcomers = count(len(self.people) + self.start // HOUR * 7 % 2500)

    def stream(self) -> Iterator[tuple[int, Event]]:
        self._later(e for e in self.past.coming if e.occurred_at >= self.start)
        now = self.start + _FIRST
        while True:
            while self.heap and self.heap[0][0] <= now:
                at, _, happened = heappop(self.heap)
                yield at, happened
            self._begin(now)
            now += min(self.dice.wait(BEAT), _QUIET)

    def _later(self, events: Iterable[Event]) -> None:
        for happening in events:
            heappush(self.heap, (happening.occurred_at, next(self.numbers), happening))

    def _begin(self, now: int) -> None:
        match self.dice.weighted(_BEGINS):
            case "read" if self.unread:
                self._later([self._read(self.unread.pop(), now)])
            case "newcomer":
                self._later(self._arrival(now))
            case kind:
                who = self._somebody(now)
                if who is not None:
                    self._later(self._act(kind, who, now))

    def _act(self, kind: str, who: Persona, now: int) -> list[Event]:
        name = self._name()
        match kind:
            case "talk":
                return self._talk(who, name, now, self._fits(who, now))
            case "courtesy":
                events = courtesy(who, self.dice, name, now, live=True)
                return _moved(events, now - events[0].occurred_at)
            case "order":
                events = web_order(who, self.dice, name, now, live=True)
                self._remember(events)
                return events
        return visit(who, self.dice, name, now, live=True)

    def _talk(
        self, who: Persona, name: str, now: int, wants: Callable[[Scene], bool]
    ) -> list[Event]:
        scene = self.casting.choose(who, self.dice, wants)
        if scene is None:
            return visit(who, self.dice, name, now, live=True)
        ask = last_ask(scene)
        forgotten = ask is not None and self.dice.chance(_FORGOTTEN)
        lines = slice(0, ask + 1) if ask is not None and forgotten else slice(None)
        events = play(scene, who, name, now, self.dice, live=True, lines=lines)
        self.busy[who.number] = events[-1].occurred_at + HOUR
        if scene.stage == "opt_out":
            self.silent.add(who.number)
        self._remember(events)
        return events

    def _fits(self, who: Persona, now: int) -> Callable[[Scene], bool]:
        has = self.bought.get(who.handle, set())

        def fits(scene: Scene) -> bool:
            owned = has and (not scene.slugs or any(catalogue()[s].sku in has for s in scene.slugs))
            asked_too_early = scene.stage in AFTER_PURCHASE and not owned
            return scene.stage != "first_contact" and not asked_too_early and suits(scene, who, now)

        return fits

    def _remember(self, events: Iterable[Event]) -> None:
        """Notes what was bought, so that nobody asks for the care of what they have not."""
        for happened in events:
            if happened.type == "order":
                goods = happened.fields["lines"]
                self.bought[happened.handle].update(line["sku"] for line in goods)

    def _arrival(self, now: int) -> list[Event]:
        known = {who.handle for who in self.people}
        fresh = (persona(self.seed, number) for number in self.newcomers)
        who = next(p for p in fresh if p.handle not in known)
        self.people.append(who)
        name = self._name()
        profile = event(who, "profile", f"{name}.profile", now, profile_fields(who, now), live=True)
        talk = self._talk(who, name, now + 2 * SECOND, lambda scene: scene.stage in _FIRST_WORDS)
        return [profile, *talk]

    def _read(self, message: Event, now: int) -> Event:
        fields = {"message": message.id, "status": "read", "simulated": True}
        receipt_id = f"{message.id}.read.{self._name()}"
        return replace(
            message,
            type="receipt",
            id=receipt_id,
            occurred_at=now,
            known_at=now,
            backfill=False,
            fields=fields,
        )

    def _somebody(self, now: int) -> Persona | None:
        """A customer who is awake, in no talk just now, and has not asked to be left alone."""
        for _ in range(_PICKS if self.people else 0):
            who = self.dice.pick(self.people)
            free = who.number not in self.silent and self.busy.get(who.number, 0) < now
            if free and who.is_awake(now):
                return who
        return None

    def _name(self) -> str:
        return f"d{self.start:x}.{next(self.numbers)}"


def _unread(past: Iterable[Event]) -> list[Event]:
    """Broadcasts that were delivered and not read so far, in time order."""
    messages: dict[str, Event] = {}
    for happened in past:
        if happened.type == "message" and happened.fields.get("campaign"):
            messages[happened.id] = happened
        elif happened.type == "receipt" and happened.status == "read":
            messages.pop(str(happened.fields["message"]), None)
    return list(messages.values())


def _casting(seed: int, past: Timeline) -> Casting:
    """A casting that remembers who has played what."""
    casting = Casting(seed)
    for number, played in past.played.items():
        casting.played[number] = set(played)
        casting.used.update(sorted(played))
    return casting


def _moved(events: Iterable[Event], by: int) -> list[Event]:
    """The same events, `by` ms later."""
    return [replace(e, occurred_at=e.occurred_at + by, known_at=e.known_at + by) for e in events]
