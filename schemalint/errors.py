"""What a user may see when the job could not be done; the command line prints it and exits with 2."""

from __future__ import annotations


class UserError(Exception):
    """A message for the user: bad configuration, unreadable file, no connection, broken rule file. Never holds credentials."""


class Refusal(Exception):
    """What PostgreSQL would answer instead of doing it: one ereport(ERROR).

    `at` is where the caret goes (half-open character offsets), `word` a name within it that narrows it down.
    """

    def __init__(
        self,
        sqlstate: str,
        message: str,
        *,
        at: tuple[int, int] | None = None,
        word: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
        objects: tuple[object, ...] = (),
    ) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message = message
        self.at = at
        self.word = word
        self.detail = detail
        self.hint = hint
        self.objects = objects


class Undecidable(Exception):
    """The verdict depends on something that is not known: an object outside an open catalog, or a value that only a server computes."""

    def __init__(self, reason: str, at: tuple[int, int] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class NotModelled(Exception):
    """A statement, or a part of one, that the simulator does not know. It never counts as clean."""

    def __init__(self, what: str, at: tuple[int, int] | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.at = at
