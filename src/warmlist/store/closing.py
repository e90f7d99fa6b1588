"""What is closed when a `with` ends."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """Gives a class that has `close` the use in `with`."""

    __slots__ = ()

    def close(self) -> None:
        """Give back what is held."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
