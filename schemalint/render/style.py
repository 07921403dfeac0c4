"""Colours, or none."""

from __future__ import annotations

from msgspec import Struct

from schemalint.diagnostics import SeverityName

_SEVERITY = {"error": "1;31", "warning": "1;33", "info": "1;36"}


class Style(Struct, frozen=True):
    """How text is painted; without `color` it is left as it is. `width` is the terminal's, in columns."""

    color: bool = False
    width: int = 100

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text

    def severity(self, text: str, severity: SeverityName) -> str:
        return self.paint(text, _SEVERITY[severity])

    def bold(self, text: str) -> str:
        return self.paint(text, "1")

    def frame(self, text: str) -> str:
        """Line numbers, rules and arrows."""
        return self.paint(text, "34")

    def label(self, text: str) -> str:
        return self.paint(text, "1;34")

    def help(self, text: str) -> str:
        return self.paint(text, "1;32")

    def removed(self, text: str) -> str:
        return self.paint(text, "31")

    def added(self, text: str) -> str:
        return self.paint(text, "32")
