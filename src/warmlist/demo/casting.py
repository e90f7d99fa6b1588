"""Who plays which scene, and what became of each customer by "now"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from warmlist.clock import DAY, HOUR, MINUTE
from warmlist.demo.dice import Dice
from warmlist.demo.people import Persona, local_time
from warmlist.demo.scenes import INBOUND, Scene, scenes

#: How long ago the customer last wrote: (at least, at most), in ms before now.
SILENCE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "today": (3 * MINUTE, 23 * HOUR),
        "three_days": (25 * HOUR, 71 * HOUR),
        "week": (73 * HOUR, 166 * HOUR),
        "month": (7 * DAY + 3 * HOUR, 29 * DAY),
        "half_year": (31 * DAY, 172 * DAY),
        "lost": (185 * DAY, 203 * DAY),
    }
)

#: (silence, what the last talk left) -> customers in a thousand. The sums follow the expected
#: shares of the pack: activity high 17 %, dormant 40 %; high intent about 12 %.
#: "red" is a deciding question that waits for its answer, "thanks" a courtesy and nothing else,
#: "never" somebody who never wrote.
SHARES: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("today", "red"): 45,
        ("today", "high"): 25,
        ("today", "medium"): 45,
        ("today", "potential"): 10,
        ("today", "thanks"): 20,
        ("today", "bought"): 25,
        ("three_days", "high"): 40,
        ("three_days", "medium"): 40,
        ("three_days", "potential"): 10,
        ("three_days", "thanks"): 25,
        ("three_days", "bought"): 15,
        ("week", "high"): 20,
        ("week", "medium"): 40,
        ("week", "potential"): 20,
        ("week", "thanks"): 45,
        ("week", "none"): 15,
        ("week", "bought"): 25,
        ("month", "high"): 20,
        ("month", "medium"): 35,
        ("month", "potential"): 30,
        ("month", "thanks"): 80,
        ("month", "none"): 35,
        ("month", "bought"): 30,
        ("half_year", "any"): 85,
        ("half_year", "thanks"): 45,
        ("lost", "any"): 45,
        ("never", "never"): 130,
    }
)


@dataclass(frozen=True, slots=True)
class Fate:
    """Where one customer's story stands at "now"."""

    silence: str  # a key of SILENCE, or never
    left: str  # red, high, medium, potential, none, bought, thanks, any, never


def fates(seed: int, customers: int) -> list[Fate]:
    """A fate for each customer, in exact shares (largest remainders), dealt at random."""
    total = sum(SHARES.values())
    exact = {Fate(*key): customers * share / total for key, share in SHARES.items()}
    counts = {fate: int(share) for fate, share in exact.items()}
    by_rest = sorted(exact, key=lambda fate: counts[fate] - exact[fate])
    for fate in by_rest[: customers - sum(counts.values())]:
        counts[fate] += 1
    dealt = [fate for fate, count in counts.items() for _ in range(count)]
    return Dice(seed, "fates").shuffled(dealt)


def wanted(fate: Fate) -> Callable[[Scene], bool]:
    """Which scenes lead to that fate."""
    match fate.left:
        case "red":
            return lambda scene: last_ask(scene) is not None and scene.intent != "none"
        case "high" if fate.silence == "today":
            return lambda scene: scene.intent == "high" and scene.lines[-1].verb != "ask"
        case "any":
            return lambda scene: scene.stage != "first_contact"
    return lambda scene: scene.intent == fate.left


def last_ask(scene: Scene) -> int | None:
    """The place of the last deciding question of a scene, None = it has none."""
    places = [place for place, line in enumerate(scene.lines) if line.verb == "ask"]
    return places[-1] if places else None


def suits(scene: Scene, who: Persona, start: int) -> bool:
    """Would the customer begin this scene at that moment? start: epoch ms."""
    local = local_time(start, who.zone)
    if scene.stage == "night":
        return local.hour >= 20
    if scene.stage == "weekday" and local.isoweekday() > 5:
        return False
    return scene.lines[0].verb not in INBOUND or who.is_awake(start)


@dataclass(slots=True)
class Casting:
    """Hands out scenes: never the same one twice to a customer, the least used first."""

    seed: int
    used: Counter[str] = field(default_factory=Counter)
    played: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def choose(
        self,
        persona: Persona,
        dice: Dice,
        wants: Callable[[Scene], bool],
        *,
        at_most: int | None = None,
    ) -> Scene | None:
        """A scene for that customer, or None. at_most: how often it may have been played before."""
        fit = [s for s in self._suitable(persona) if wants(s)]
        if not fit:
            return None
        fewest = min(self.used[scene.id] for scene in fit)
        if at_most is not None and fewest > at_most:
            return None
        scene = dice.pick([s for s in fit if self.used[s.id] == fewest])
        self.used[scene.id] += 1
        self.played[persona.number].add(scene.id)
        return scene

    def _suitable(self, persona: Persona) -> Iterable[Scene]:
        seen = self.played.get(persona.number, set())
        for scene in scenes():
            if scene.language != persona.language or scene.id in seen:
                continue
            if scene.currency not in (None, persona.currency):
                continue
            if not scene.trade or persona.kind == "b2b":
                yield scene
