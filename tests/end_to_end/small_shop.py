"""Five customers of a small shop, as everything that could be said of them arrives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from end_to_end import whatsapp
from end_to_end.whatsapp import said, status, told
from warmlist.clock import DAY, HOUR, MINUTE, parse_instant, rfc3339

#: The moment of every last question; nothing becomes known later.
END = parse_instant("2026-03-05T12:00:00Z")
GIULIA, GIULIA_NEW, MARCO, ANA, LENA = (
    "393331234567", "393339876543", "393337654321", "5511987654321", "4915112345678",
)  # fmt: skip
NAMES = ("Giulia Rossi", "Marco Bianchi", "Ana Souza", "Lena Vogel", "Wang Wei")
TEXTS = (
    "Quanto costa la tenda verde?", "Quanto costa la tenda blu?", "Viene 120 euro", "Grazie mille",
    "Tem desconto para dez?", "Sim, 10 por cento", "Do you have the stove in stock?",
    "Yes, three of them", "No thanks, not interested", "Ich nehme zwei", "Passt, danke",
    "I will buy the big one", "Is it waterproof?", "Two years of guarantee",
)  # fmt: skip


def _s(before_end: int) -> int:
    """Epoch seconds so long before the end."""
    return (END - before_end) // 1_000


def live_deliveries() -> list[tuple[int, bytes]]:
    """(received at, body): messages, edits, statuses before their messages, a new number."""
    quanto, blu, viene, grazie, tem, sim, stove, three, no, zwei, passt, big, _, _ = TEXTS
    changed = {
        "from": GIULIA, "id": "wamid.S1", "timestamp": str(_s(30 * HOUR)), "type": "system",
        "system": {"type": "user_changed_number", "body": "x", "wa_id": GIULIA_NEW,
                   "previous_user_id": "IT.884", "user_id": "IT.999"},
    }  # fmt: skip
    told_all: list[tuple[int, Any]] = [
        (8 * DAY, whatsapp.inbound(GIULIA, NAMES[0], said(GIULIA, "wamid.G1", _s(8 * DAY), "Buongiorno"), user="IT.884")),
        (7 * DAY, whatsapp.inbound(MARCO, NAMES[1], said(MARCO, "wamid.M1", _s(7 * DAY), stove))),
        # What was read is told before it is told what was written.
        (7 * DAY - 2 * HOUR, whatsapp.receipts(status(MARCO, "wamid.M2", _s(7 * DAY - 2 * HOUR), "read"))),
        (7 * DAY - 3 * HOUR, whatsapp.echoes(told(MARCO, "wamid.M2", _s(7 * DAY - HOUR), three))),
        (6 * DAY, whatsapp.inbound(MARCO, NAMES[1], said(MARCO, "wamid.M3", _s(6 * DAY), no))),
        (4 * DAY, whatsapp.inbound(GIULIA, NAMES[0], said(GIULIA, "wamid.G2", _s(4 * DAY), quanto),
                                   said(GIULIA, "wamid.G3", _s(4 * DAY), "!?"), user="IT.884")),
        (4 * DAY - MINUTE, whatsapp.inbound(GIULIA, NAMES[0], whatsapp.edit(GIULIA, "wamid.G4", _s(4 * DAY - MINUTE), "wamid.G2", blu))),
        (4 * DAY - HOUR, whatsapp.echoes(told(GIULIA, "wamid.G5", _s(4 * DAY - HOUR), viene))),
        (4 * DAY - HOUR - 5_000, whatsapp.receipts(*(status(GIULIA, "wamid.G5", _s(4 * DAY - HOUR - 2_000 * n), stage)
                                                     for n, stage in enumerate(("sent", "delivered", "read"))))),
        (3 * DAY, whatsapp.inbound(ANA[:4] + ANA[5:], NAMES[2], said(ANA, "wamid.A1", _s(3 * DAY), tem))),
        (3 * DAY - 2 * HOUR, whatsapp.echoes(told(ANA, "wamid.A2", _s(3 * DAY - 2 * HOUR), sim))),
        (2 * DAY, whatsapp.delivery(contacts=[{"profile": {"name": NAMES[3]}, "user_id": "DE.77"}],
                                    messages=[{"from_user_id": "DE.77", "id": "wamid.L1", "timestamp": str(_s(2 * DAY)),
                                               "type": "text", "text": {"body": zwei}}])),
        (2 * DAY - HOUR, whatsapp.inbound(LENA, NAMES[3], said(LENA, "wamid.L2", _s(2 * DAY - HOUR), passt), user="DE.77")),
        (30 * HOUR, whatsapp.delivery(messages=[changed])),
        (29 * HOUR, whatsapp.inbound(GIULIA_NEW, NAMES[0], said(GIULIA_NEW, "wamid.G6", _s(29 * HOUR), grazie), user="IT.999")),
        (20 * HOUR, whatsapp.inbound(ANA, NAMES[2], said(ANA, "wamid.A3", _s(20 * HOUR), quanto))),
        (19 * HOUR, whatsapp.inbound(ANA, NAMES[2], whatsapp.revoke(ANA, "wamid.A4", _s(19 * HOUR), "wamid.A3"))),
        (3 * HOUR, whatsapp.inbound(MARCO, NAMES[1], said(MARCO, "wamid.M4", _s(3 * HOUR), big))),
    ]  # fmt: skip
    return [(END - before + 700, json.dumps(body).encode()) for before, body in told_all]


def history_deliveries() -> list[tuple[int, bytes]]:
    """Past chats that the shop shared, in two chunks that overlap."""
    old = [
        said(GIULIA, "wamid.H1", _s(60 * DAY), TEXTS[12]),
        told(GIULIA, "wamid.H2", _s(60 * DAY - HOUR), TEXTS[13]) | {"history_context": {"status": "READ"}},
        said(LENA, "wamid.H3", _s(50 * DAY), TEXTS[6]),
    ]  # fmt: skip
    chunks = [((GIULIA, old[:1]),), ((GIULIA, old[:2]), (LENA, old[2:]))]
    return [(END - DAY, json.dumps(whatsapp.history(*chunk)).encode()) for chunk in chunks]


def _line(type_: str, id: str, customer: str, before: int, **fields: Any) -> str:
    at = rfc3339(END - before)
    return json.dumps({"type": type_, "id": id, "customer": customer, "at": at, **fields})


def event_lines() -> list[str]:
    """The same people in other systems, by other handles."""
    wang = "crm:zoho:17"
    paid = {"currency": "USD", "status": "paid"}
    return [
        _line("profile", "p1", "email:Giulia@Example.com", 90 * DAY, name=NAMES[0], phone=f"+{GIULIA}", owner="Bob"),
        _line("profile", "p2", wang, 80 * DAY, name=NAMES[4], email="wang@example.com", owner="Alice"),
        _line("order", "o1", "email:giulia@example.com", 45 * DAY, amount="129.90", **paid),
        _line("order", "o2", "email:wang@example.com", 40 * DAY, amount="12000.00", **paid),
        _line("order", "o2", "email:wang@example.com", 39 * DAY, amount="12000.00", currency="USD", status="returned"),
        _line("order", "o3", f"+{MARCO}", 2 * HOUR, amount="99.00", **paid),
        _line("view", "v1", wang, 5 * DAY, sku="TENT-2", seconds=300),
        _line("view", "v2", wang, 5 * DAY - MINUTE, sku="TENT-4", seconds=400),
        _line("feedback", "f1", f"+{MARCO}", HOUR, score=2, text=TEXTS[8]),
        _line("label", "l1", wang, 3 * DAY, dimension="intent", label="high", action="add", by="Alice",
              until=rfc3339(END - DAY)),
        _line("label", "l2", f"+{LENA}", 2 * DAY, dimension="follow_up", label="green", action="add", by="Bob"),
        _line("preference", "n1", f"+{ANA}", DAY, max_per_week=1),
        _line("message", "m1", wang, 10 * DAY, direction="in", text=TEXTS[6]),
        _line("message", "m2", wang, 10 * DAY - HOUR, direction="out", text=TEXTS[7], purpose="quote"),
        _line("receipt", "r1", wang, 9 * DAY, message="m2", status="read"),
        # The same feedback with other content: the later one counts, whichever came first.
        _line("feedback", "f1", f"+{MARCO}", HOUR - MINUTE, score=4, text=TEXTS[7]),
    ]  # fmt: skip


CHAT = (
    "[20/02/26, 10:00:00] Giulia Rossi: Ciao, avete tende?\n"
    "[20/02/26, 10:05:10] Shop: Certo\n"
    "[20/02/26, 10:06:00] Giulia Rossi: Quanto costano\nquelle grandi?\n"
    "[20/02/26, 10:06:00] Giulia Rossi: ?\n"
    "[20/02/26, 10:06:00] Giulia Rossi: ?\n"
)


@dataclass(frozen=True)
class Files:
    """Files of an import."""

    lines: list[Path]
    chats: list[Path]


def write_files(folder: Path, lines: list[str], parts: int = 1, *, chats: int = 1) -> Files:
    """The lines in so many files, and the chat export so many times."""
    written = []
    for part in range(parts):
        path = folder / f"events-{part}.ndjson"
        path.write_text("".join(f"{line}\n" for line in lines[part::parts]))
        written.append(path)
    exports = []
    for n in range(chats):
        sub = folder / f"export-{n}"
        sub.mkdir()
        chat = sub / "WhatsApp Chat with Giulia Rossi.txt"
        chat.write_text(CHAT)
        exports.append(chat)
    return Files(written, exports)
