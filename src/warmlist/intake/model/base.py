"""What every event line has."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from warmlist.intake.model.values import Handle, Identifier, Instant


class EventLine(BaseModel):
    """The keys that every event line shares; a key that no model names is kept and reported."""

    model_config = ConfigDict(strict=True, extra="allow", populate_by_name=True)

    #: Keys that become parts of the event itself and not of its `fields`.
    common: ClassVar[set[str]] = {"type", "id", "source", "backfill", "customer", "at", "links"}
    #: Fields that hold models (or lists of them) which keep unknown keys too.
    nested: ClassVar[tuple[str, ...]] = ()
    #: True where a field takes any JSON value.
    free: ClassVar[bool] = False

    id: Identifier  # unique among the events of its source and type
    customer: Handle
    at: Instant  # when it happened; RFC 3339 in the line, epoch ms here
    source: Identifier | None = None  # who says so; the door's own name when absent
    backfill: bool | None = None  # true: it is history, and never causes a send or an alert
    links: list[Handle] | None = None  # further handles of the same customer

    def linked(self) -> tuple[str, ...]:
        """Every further handle that this line says is the same customer."""
        return tuple(self.links or ())

    def unknown_keys(self) -> list[str]:
        """Keys that no model names, nested ones with their parent: 'lines.colour'."""
        found = list(self.__pydantic_extra__ or ())
        for parent in self.nested:
            inner = getattr(self, parent)
            for item in inner if isinstance(inner, list) else [inner]:
                if item is not None:
                    found += [f"{parent}.{key}" for key in item.model_extra or ()]
        return list(dict.fromkeys(found)) if found else found
