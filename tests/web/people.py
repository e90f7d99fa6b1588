"""Named people for tests of the pages: what each row, thread and label says.

Alice is a lead, Bob a rep, Charlie has no account.
"""

from __future__ import annotations

from warmlist.clock import DAY, HOUR, MINUTE, parse_instant
from warmlist.followup.views import (
    COLOURS,
    Chip,
    LastMessage,
    Mark,
    Message,
    QueueRow,
    Viewer,
    Window,
    Word,
)

#: A Tuesday.
NOW = parse_instant("2026-03-03T09:30:00Z")

ALICE = Viewer(1, "Alice", "lead", "en", 240)
BOB = Viewer(2, "Bob", "rep", "en", 120)

HIGH = Chip("intent", "high", None, "red", "High intent", "INT-1")
LOYAL = Chip("loyalty", "loyal", None, "gold", "Loyal", "LIF-2")
BUYER = Chip("buying", "active_buyer", None, "purple", "Active buyer", "BUY-1")
DISCOUNT = Chip("interest", "discount_sensitive", None, "red", "Discount-sensitive", "IST-1")
LEARNER = Chip("interest", "content_learning", None, "purple", "Likes to learn", "IST-4")
NEWCOMER = Chip("lifecycle", "new", None, "blue", "New", "LIF-1")
TEXT = Chip("contact_format", "text", None, None, "Text only", "PRF-2")


def row(
    customer_id: int,
    name: str,
    colour: str,
    why: str,
    due_in: int,
    **more: object,
) -> QueueRow:
    """A row of the queue with sensible words around it."""
    values: dict[str, object] = {
        "customer_id": customer_id,
        "name": name,
        "handle": f"+3933312345{customer_id:02d}",
        "owner": "Bob",
        "colour": colour,
        "shade": None,
        "chips": (),
        "playbook": "FUP-5",
        "why": why,
        "due_from": NOW - HOUR,
        "due_by": NOW + due_in,
        "overdue": due_in < 0,
        "how": "text",
        "window": Window("Mon–Fri 9–18", True, None),
        "channel_closes_at": NOW + 6 * HOUR,
        "what": "Good morning! The price for 200 pieces is ready. Shall I send it here?",
        "missed": "Each hour later costs 9 % of such orders.",
        "last_message": LastMessage("How much is it?", NOW - 2 * HOUR, "in"),
        "simulated": False,
        "sort_key": (0, COLOURS.index(colour), NOW + due_in, customer_id),
        "what_language": "en",
    }
    return QueueRow(**(values | more))  # type: ignore[arg-type]


def people() -> dict[int, QueueRow]:
    rows = [
        row(
            1,
            "Giulia Rossi",
            "red",
            "Asked for a price, no answer yet",
            25 * MINUTE,
            chips=(HIGH, LOYAL),
            owner="Bob",
            what_language="it",
            what="Buongiorno Giulia! Il prezzo per 200 pezzi è pronto. Glielo mando qui?",
        ),
        row(
            2,
            "王先生",
            "red",
            "Compares two models, no answer yet",
            95 * MINUTE,
            chips=(HIGH, TEXT),
            owner=None,
            how="text",
            what_language="zh-Hans",
            what="王先生您好！两款的区别是：520 克｜30 小时｜保修 2 年。您更看重哪一点？",
        ),
        row(
            3,
            "Jonas Weber",
            "red",
            "Put a coffee machine into the cart and left",
            -40 * MINUTE,
            chips=(NEWCOMER,),
            owner="Alice",
            how="call",
            channel_closes_at=NOW + 50 * MINUTE,
        ),
        row(
            4,
            "Amélie Laurent",
            "orange",
            "Quoted 3 days ago and undecided",
            5 * HOUR,
            chips=(HIGH, DISCOUNT),
            how="image",
            channel_closes_at=None,
            window=Window("20–23", False, NOW + 10 * HOUR),
        ),
        row(
            5,
            "Omar Haddad",
            "orange",
            "Read our message 2 days ago, no reply",
            9 * HOUR,
            owner=None,
            channel_closes_at=None,
            window=Window("14–16", False, NOW + 4 * HOUR),
        ),
        row(
            6,
            "李娜",
            "orange",
            "Quoted yesterday and undecided",
            11 * HOUR,
            chips=(BUYER,),
            how="voice",
        ),
        row(
            7,
            "Lucía Pérez",
            "yellow",
            "New since Saturday: send the second lesson",
            22 * HOUR,
            chips=(NEWCOMER, LEARNER),
            channel_closes_at=None,
            simulated=True,
        ),
        row(
            8,
            "Kenji Sato",
            "yellow",
            "New since yesterday: industry news",
            23 * HOUR,
            chips=(NEWCOMER,),
            owner="Alice",
            window=Window("", True, None),
        ),
        row(
            9,
            "Anna Schneider",
            "green",
            "Beans run out in 3 days: remind",
            30 * HOUR,
            chips=(LOYAL, BUYER),
            shade="deep",
            how="image",
            channel_closes_at=None,
        ),
        row(
            10,
            "Marco Bianchi",
            "green",
            "Every 21 days something of value",
            2 * DAY,
            shade="light",
            channel_closes_at=None,
            window=Window("12–14", False, NOW + 2 * HOUR),
        ),
        row(
            11,
            "Tom Becker",
            "green",
            "Bought boots without waterproofing spray",
            3 * DAY,
            chips=(BUYER,),
            owner="Alice",
            channel_closes_at=None,
        ),
        row(
            12,
            "Chiara Conti",
            "grey",
            "Silent for half a year: newsletter only",
            9 * DAY,
            channel_closes_at=None,
        ),
    ]
    return {one.customer_id: one for one in rows}


HOSTILE = (
    '<script>window.hacked = true</script><img src=x onerror="window.hacked = true"> '
    "{{ 7 * 7 }} \u202egnp.exe \x07 \x1b[31m </textarea></div> & done"
)


def thread(one: QueueRow) -> tuple[Message, ...]:
    """Five messages of two days."""
    base = one.customer_id * 100

    def message(n: int, ago: int, direction: str, text: str, **more: object) -> Message:
        values: dict[str, object] = {
            "event_id": base + n,
            "at": NOW - ago,
            "direction": direction,
            "kind": "text",
            "text": text,
            "length": len(text),
            "agent": "Bob" if direction == "out" else None,
            "status": "read" if direction == "out" else None,
            "error": None,
            "marks": (),
            "signals": (),
        }
        return Message(**(values | more))  # type: ignore[arg-type]

    asks = "Hello! What is the price for 200 pieces? And do you have it in blue?"
    return (
        message(1, 27 * HOUR, "out", "Good morning! Here is our new catalogue.", kind="document"),
        message(2, 26 * HOUR, "in", "Thank you, looks nice"),
        message(3, 25 * HOUR, "out", "You are welcome. Shall I keep two aside for you?"),
        message(
            4,
            2 * HOUR,
            "in",
            asks,
            marks=(
                Mark(7, 40, "price_inquiry", "“What is the price”: price words"),
                Mark(45, 68, "stock_inquiry", "“do you have it in”"),
            ),
            signals=("price_inquiry", "stock_inquiry"),
            words=(
                Word("price_inquiry", 0.94, "“What is the price”: price words", None),
                Word("stock_inquiry", 0.81, "“do you have it in”", None),
            ),
        ),
        message(5, 1 * HOUR, "out", "One moment, I am asking.", status="delivered"),
    )
