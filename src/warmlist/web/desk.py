"""What the pages need from the rest of Warmlist, as two small protocols.

The methods are synchronous and are called from worker threads; each may be called at the same time
from several. `as_of` is epoch ms. Where a viewer may not see a customer they raise `NotFound`, the
same as for a customer who does not exist, so that nobody can find out who exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from warmlist.followup.views import (
    Acted,
    CustomerPage,
    Deed,
    FoundCustomer,
    LabelChoice,
    Message,
    QueueChanges,
    QueueFilters,
    QueuePage,
    Viewer,
)


class Desk(Protocol):
    """The queue, the customers, and what a person does with them."""

    def queue(
        self, viewer: Viewer, filters: QueueFilters, as_of: int, cursor: str | None = None
    ) -> QueuePage:
        """A page of the viewer's queue; `cursor` is a `next_cursor` of an earlier page."""
        ...

    def changes(self, viewer: Viewer, customer_ids: Sequence[int], as_of: int) -> QueueChanges:
        """Where these customers now stand in the viewer's unfiltered queue.

        A customer whom the viewer may not see counts as gone.
        """
        ...

    def customer(
        self, viewer: Viewer, customer_id: int, as_of: int, before: int | None = None
    ) -> CustomerPage:
        """One customer; `before` is the event id before which the thread ends (older messages)."""
        ...

    def message(self, viewer: Viewer, customer_id: int, event_id: int, as_of: int) -> Message:
        """One message of this customer with its whole text."""
        ...

    def act(self, viewer: Viewer, customer_id: int, deed: Deed, as_of: int) -> Acted:
        """Write down what the viewer did; BadInput where the deed makes no sense."""
        ...

    def undo(self, viewer: Viewer, undo_id: str, as_of: int) -> int:
        """Take back one's own deed; the customer's id. Undoing twice changes nothing."""
        ...

    def search(self, viewer: Viewer, text: str, as_of: int) -> tuple[FoundCustomer, ...]:
        """Up to a dozen customers by name or handle, best first."""
        ...

    def owners(self) -> tuple[str, ...]:
        """Names of all users that may own customers, in order."""
        ...

    def label_choices(self, viewer: Viewer) -> tuple[LabelChoice, ...]:
        """Labels of the pack in force, names in the viewer's language, in the pack's order."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """A user with the hash of the password (argon2id)."""

    viewer: Viewer
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `csrf` is the secret that forms must bring back."""

    viewer: Viewer
    csrf: str
    expires_at: int


class Accounts(Protocol):
    """Users and their sessions."""

    def account(self, name: str) -> Account | None: ...

    def session(self, token_hash: bytes, as_of: int) -> Session | None:
        """The session of this token, unless it has expired."""
        ...

    def open_session(
        self, token_hash: bytes, user_id: int, csrf: str, created_at: int, expires_at: int
    ) -> None: ...

    def close_session(self, token_hash: bytes) -> None: ...

    def set_language(self, user_id: int, language: str) -> None: ...

    def set_minutes(self, user_id: int, minutes: int) -> None:
        """How many minutes a day the queue is planned against."""
        ...

    def set_password_hash(self, user_id: int, password_hash: str) -> None: ...

    def ping(self) -> None:
        """Raises StoreUnavailable when the database does not answer."""
        ...
