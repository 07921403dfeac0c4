"""Compile options: the flags argument of regexp functions, and the prefixes a pattern may start with."""

from __future__ import annotations

import msgspec

from schemalint.semantics.regex.refusals import INVALID_PARAMETER_VALUE, Refused, RegexError


class Options(msgspec.Struct, frozen=True):
    """What the server keeps in its cflags word.

    `extended` and `advanced` both set is the ARE flavour, `extended` alone is ERE, neither is BRE.
    `newline_stop`: `.` and `[^x]` do not match a newline. `newline_anchor`: `^` and `$` also match at newlines.
    """

    extended: bool = True
    advanced: bool = True
    quote: bool = False
    ignore_case: bool = False
    expanded: bool = False
    newline_stop: bool = False
    newline_anchor: bool = False


_NEWLINE: dict[str, dict[str, bool]] = {
    "m": {"newline_stop": True, "newline_anchor": True},
    "n": {"newline_stop": True, "newline_anchor": True},
    "p": {"newline_stop": True, "newline_anchor": False},
    "s": {"newline_stop": False, "newline_anchor": False},
    "w": {"newline_stop": False, "newline_anchor": True},
}
_COMMON: dict[str, dict[str, bool]] = {
    **_NEWLINE,
    "c": {"ignore_case": False},
    "i": {"ignore_case": True},
    "t": {"expanded": False},
    "x": {"expanded": True},
}
# In the flags argument "e" is meant to select ERE, but the server clears a mask that includes the bit it has just
# set, so what it gives is BRE; measured on 16 and 18.
_ARGUMENT: dict[str, dict[str, bool]] = {
    **_COMMON,
    "b": {"extended": False, "advanced": False, "quote": False},
    "e": {"extended": False, "advanced": False, "quote": False},
    "g": {},
    "q": {"extended": False, "advanced": False, "quote": True},
}
_EMBEDDED: dict[str, dict[str, bool]] = {
    **_COMMON,
    "b": {"extended": False, "advanced": False, "quote": False},
    "e": {"extended": True, "advanced": False, "quote": False},
    "q": {"extended": False, "advanced": False, "quote": True},
}
DEFAULT = Options()


def read_argument(flags: str) -> Options | RegexError:
    """Options of a flags argument (parse_re_flags()), over those of a plain `~`."""
    if not flags:
        return DEFAULT
    chosen: dict[str, bool] = {}
    for offset, letter in enumerate(flags):
        change = _ARGUMENT.get(letter)
        if change is None:
            return RegexError(INVALID_PARAMETER_VALUE, f'invalid regular expression option: "{letter}"', offset)
        chosen.update(change)
    return Options(**chosen)


def read_prefixes(pattern: str, options: Options) -> tuple[Options, int]:
    """Options after the directors and embedded options of a pattern, and where the rest of it begins (prefixes()).

    Raises Refused.
    """
    _reject_nonsense(options)
    if options.quote:
        return options, 0
    now = 0
    if pattern.startswith("***") and len(pattern) > 3:
        director = pattern[3]
        if director == "?":
            raise Refused("BADPAT", 3)
        if director == "=":
            return Options(extended=False, advanced=False, quote=True, ignore_case=options.ignore_case), 4
        if director != ":":
            raise Refused("BADRPT", 0)
        options = msgspec.structs.replace(options, extended=True, advanced=True)
        now = 4
    if not options.advanced or not pattern.startswith("(?", now) or not pattern[now + 2 : now + 3].isalpha():
        return options, now
    return _read_embedded(pattern, options, now + 2)


def _reject_nonsense(options: Options) -> None:
    """pg_regcomp()'s sanity check, which a flags argument such as "qx" fails."""
    if options.quote and (options.expanded or options.newline_stop or options.newline_anchor):
        raise Refused("INVARG", None)


def _read_embedded(pattern: str, options: Options, now: int) -> tuple[Options, int]:
    """Letters of `(?xyz)`; `now` is the offset of the first."""
    chosen: dict[str, bool] = {}
    while now < len(pattern) and pattern[now].isalpha():
        change = _EMBEDDED.get(pattern[now])
        if change is None:
            raise Refused("BADOPT", now)
        chosen.update(change)
        now += 1
    if not pattern.startswith(")", now):
        raise Refused("BADOPT", now)
    if chosen.get("quote"):
        chosen.update(expanded=False, newline_stop=False, newline_anchor=False)
    return msgspec.structs.replace(options, **chosen), now + 1
