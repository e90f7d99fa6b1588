"""The customers and the team of the sample shop: invented people with habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from warmlist.clock import DAY, HOUR, MINUTE, from_ms
from warmlist.demo.dice import Dice

_FILE = Path(__file__).with_name("people.yaml")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team. role: as in the users table; quiet: local hours without work."""

    name: str
    role: str
    interface: str  # the language of the pages
    serves: tuple[str, ...]  # languages of customers
    zone: str
    quiet: tuple[str, str]


#: The four who answer. Their names are what `owner` and `agent` hold.
TEAM: tuple[Member, ...] = (
    Member("Mira Okafor", "lead", "en", ("en", "hi"), "Europe/London", ("22:00", "08:00")),
    Member("Lin Yue", "rep", "zh-Hans", ("zh-Hans",), "Asia/Shanghai", ("22:00", "08:00")),
    Member("Davide Serra", "rep", "it", ("it", "es", "pt-BR"), "Europe/Rome", ("21:00", "08:30")),
    Member("Jonas Brandt", "rep", "de", ("de", "fr", "ar"), "Europe/Berlin", ("20:00", "08:00")),
)
_OWNERS = MappingProxyType({lang: member.name for member in TEAM for lang in member.serves})


@dataclass(frozen=True, slots=True)
class Persona:
    """One customer. Hours are local; `awake` is [from, to) within one day."""

    number: int
    handle: str
    name: str
    language: str
    country: str
    zone: str
    currency: str
    owner: str
    source: str
    kind: str  # b2b, b2c
    industry: str | None
    awake: tuple[int, int]
    weekdays_only: bool
    reply_ms: int  # how long an answer takes on average
    reads: float  # how likely a broadcast is read

    @property
    def key(self) -> str:
        return f"c{self.number:05d}"

    def is_awake(self, at: int) -> bool:
        """Would this customer write at that moment? at: epoch ms."""
        local = local_time(at, self.zone)
        if self.weekdays_only and local.isoweekday() > 5:
            return False
        return self.awake[0] <= local.hour < self.awake[1]

    def next_awake(self, at: int) -> int:
        """The moment itself, or a while into the next hours in which this customer writes."""
        moment = at
        while not self.is_awake(moment):
            moment += 20 * MINUTE
            if moment - at > 4 * DAY:
                return at
        later = moment + at % (3 * HOUR)
        return later if moment > at and self.is_awake(later) else moment


def local_time(at: int, zone: str) -> datetime:
    """Epoch ms as the clock on the wall there."""
    return from_ms(at).astimezone(_zone(zone))


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return data


def persona(seed: int, number: int) -> Persona:
    """Customer number `number` (from 0) of the shop with that seed; always the same one."""
    dice, data = Dice(seed, "persona", number), _data()
    countries: Mapping[str, Any] = data["countries"]
    code = dice.weighted({name: row["share"] for name, row in countries.items()})
    row = countries[code]
    business = dice.chance(0.13)
    habit = dice.weighted({"day": 50, "office": 28, "night": 22})
    return Persona(
        number=number,
        handle=phone(row["phones"], number),
        name=_name(number, data["names"][row["language"]]),
        language=row["language"],
        country=code,
        zone=dice.pick(row["zones"]),
        currency=row["currency"],
        owner=_OWNERS[row["language"]],
        source=dice.weighted(data["sources"]),
        kind="b2b" if business else "b2c",
        industry=dice.pick(data["industries"]) if business else None,
        awake={"day": (8, 22), "office": (9, 18), "night": (15, 24)}[habit],
        weekdays_only=habit == "office" and dice.chance(0.6),
        reply_ms=dice.pick((3, 6, 10, 25)) * MINUTE,
        reads=dice.pick((0.15, 0.5, 0.75, 0.95)),
    )


def phone(patterns: list[str], number: int) -> str:
    """A number of the given ranges, another one for each count below their size.

    patterns: '+44770090####', all as long as E.164 allows; number: the customer's count.
    """
    sizes = [10 ** pattern.count("#") for pattern in patterns]
    place = (number * 7919 + 31) % sum(sizes)  # 7919 is prime, so that places do not meet
    for pattern, size in zip(patterns, sizes, strict=True):
        if place < size:
            digits = iter(str(place).zfill(pattern.count("#")))
            return "".join(next(digits) if sign == "#" else sign for sign in pattern)
        place -= size
    raise AssertionError("a place lies beyond its ranges")


def _name(number: int, names: Mapping[str, Any]) -> str:
    given, family = names["given"], names["family"]
    place, first = divmod(number * 7919 % (len(given) * len(family)), len(given))
    return str(names["order"].format(given=given[first], family=family[place]))


def work_moment(at: int, zone: str, dice: Dice) -> int:
    """A moment between 10 and 20 h local on the day that holds `at`. All in epoch ms."""
    local = local_time(at, zone)
    start_of_day = at - (local.hour * HOUR + local.minute * MINUTE)
    return start_of_day + dice.whole(10 * 60, 20 * 60) * MINUTE
