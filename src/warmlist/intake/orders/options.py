"""What an order file does not say itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OrderOptions:
    """time_zone: of moments without an offset (IANA). now_ms: the moment of the import, epoch ms.
    currency: of amounts whose row names none (ISO 4217). columns: what --map stated, name ->
    heading. date_order: dmy, mdy or ymd. return_prefix: order numbers that begin so are returns.
    """

    now_ms: int
    source: str = "import"
    time_zone: str = "UTC"
    currency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str | None = None
    return_prefix: str | None = None
