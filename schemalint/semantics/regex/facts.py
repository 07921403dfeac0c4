"""The questions asked of a regular expression."""

from __future__ import annotations

import msgspec

from schemalint.semantics.regex.options import read_argument
from schemalint.semantics.regex.parser import Parsed, Parser
from schemalint.semantics.regex.refusals import Refused, RegexError, refusal


class RegexFacts(msgspec.Struct, frozen=True):
    """What is certain of `string ~ pattern`. Every True, bound and list is proved; False and None mean not known.

    `min_length` and `max_length` are of the matched part, in characters, None for unbounded; they bound the whole
    string when `anchored_start` and `anchored_end` hold. Likewise `strings` (all texts the matched part can be) and
    `prefixes` (one of which it starts with; empty when nothing is known), both sorted.
    """

    anchored_start: bool
    anchored_end: bool
    never_matches: bool
    matches_everything: bool
    min_length: int
    max_length: int | None
    prefixes: tuple[str, ...]
    strings: tuple[str, ...] | None
    groups: int


def check_regex(pattern: str, flags: str = "") -> RegexError | None:
    """Why the server refuses to compile `pattern`, or None (RE_compile_and_cache()).

    `flags` is the flags argument of the regexp functions; for the operators `~*` and `!~*` it is "i". That some
    functions do not support "g" is theirs to check.
    """
    parsed = _parse(pattern, flags)
    return parsed if isinstance(parsed, RegexError) else None


def analyze_regex(pattern: str, flags: str = "") -> RegexFacts | None:
    """What `pattern` can match; None when check_regex() refuses it."""
    parsed = _parse(pattern, flags)
    if isinstance(parsed, RegexError):
        return None
    measure = parsed.measure
    everything = measure.empty_at_start or measure.empty_at_end or measure.any_string
    return RegexFacts(
        anchored_start=measure.starts,
        anchored_end=measure.ends,
        never_matches=measure.dead,
        # with a back reference in another branch the server overlooks some matches, as of 'x' by '\Z(|)|\1(?<=^)'
        matches_everything=everything and not parsed.back_references,
        min_length=measure.shortest,
        max_length=measure.longest,
        prefixes=() if "" in measure.heads else tuple(sorted(measure.heads)),
        strings=None if measure.strings is None else tuple(sorted(measure.strings)),
        groups=parsed.groups,
    )


def _parse(pattern: str, flags: str) -> Parsed | RegexError:
    options = read_argument(flags)
    if isinstance(options, RegexError):
        return options
    try:
        return Parser(pattern, options).parse()
    except Refused as refused:
        return refusal(refused.code, refused.offset)
