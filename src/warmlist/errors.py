"""What can go wrong, as a tree: each error names the thing, the place and the next step."""


class WarmlistError(Exception):
    """Any failure that Warmlist foresees.

    `permanent` says whether trying the same again can help; `hint` is the next step for a person.
    """

    permanent = True

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class BadInput(WarmlistError):
    """Somebody's data or command is not as the contract says."""


class BadPack(WarmlistError):
    """A pack file is wrong; the message begins with file:line:column."""


class BadSettings(WarmlistError):
    """A setting is missing or contradicts another."""


class NotFound(WarmlistError):
    """A customer, label or file that was named does not exist."""


class Refused(WarmlistError):
    """The caller may not do this."""


class Busy(WarmlistError):
    """Somebody else holds what we need; the same call may succeed later."""

    permanent = False


class StoreUnavailable(WarmlistError):
    """PostgreSQL cannot be reached; nothing was lost, the same call may succeed later."""

    permanent = False


class EngineUnavailable(WarmlistError):
    """A cluster cannot be reached or gave up; nothing was written, the same call may succeed later."""

    permanent = False
