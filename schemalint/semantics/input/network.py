"""Addresses: inet, cidr, macaddr, macaddr8."""

import re
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import DIGITS, HEX_DIGITS, SPACES, char_at, skip_digits, skip_spaces, strtol
from schemalint.semantics.input.result import INVALID_TEXT, OUT_OF_RANGE, Reader, Request, invalid_syntax, refuse


class _BadAddress(Exception):
    """The text is not an address; the caller words the error."""


def _inet_in(text: str, request: Request) -> None:
    try:
        if ":" in text:
            _ipv6(text)
        else:
            _ipv4_host(text)
    except _BadAddress:
        raise invalid_syntax("inet", text) from None


def _cidr_in(text: str, request: Request) -> None:
    """network_in for cidr: as inet, and no bit may be set to the right of the mask."""
    try:
        octets, bits = _ipv6(text) if ":" in text else _ipv4_network(text)
    except _BadAddress:
        raise invalid_syntax("cidr", text) from None
    width = len(octets) * 8
    if int.from_bytes(octets, "big") & ((1 << (width - bits)) - 1):
        detail = "Value has bits set to right of mask."
        raise refuse(INVALID_TEXT, f'invalid cidr value: "{text}"', detail=detail)


def _octet(text: str, position: int) -> tuple[int, int]:
    end = skip_digits(text, position)
    digits = text[position:end].lstrip("0")
    if end == position or len(digits) > 3 or int(digits or "0") > 255:
        raise _BadAddress
    return int(digits or "0"), end


def _prefix_length(text: str, position: int, highest: int) -> int:
    """The digits after a slash, to the end of the text."""
    end = skip_digits(text, position)
    digits = text[position:end].lstrip("0")
    if end == position or end != len(text) or len(digits) > 3 or int(digits or "0") > highest:
        raise _BadAddress
    return int(digits or "0")


def _ipv4_host(text: str) -> None:
    """inet_net_pton_ipv4: four octets, or fewer with a mask that they cover."""
    octets: list[int] = []
    position = 0
    ended_by = ""
    while char_at(text, position) in DIGITS and position < len(text):
        value, position = _octet(text, position)
        if len(octets) == 4:
            raise _BadAddress
        octets.append(value)
        ended_by = char_at(text, position)
        if ended_by in ("", "/"):
            break
        if ended_by != ".":
            raise _BadAddress
        position += 1
        ended_by = char_at(text, position)
    if not octets or ended_by not in ("", "/"):
        raise _BadAddress
    if ended_by == "/":
        if _prefix_length(text, position + 1, 32) // 8 > len(octets):
            raise _BadAddress
    elif len(octets) != 4:
        raise _BadAddress


def _ipv4_network(text: str) -> tuple[bytes, int]:
    """inet_cidr_pton_ipv4: decimal octets or one hexadecimal string; a missing mask is guessed from the class."""
    if text[:2] in ("0x", "0X") and char_at(text, 2) in HEX_DIGITS and len(text) > 2:
        position = skip_digits(text, 2, HEX_DIGITS)
        digits = text[2:position]
        octets = list(bytes.fromhex(digits + "0" * (len(digits) % 2)))
    else:
        octets, position = [], 0
        while True:
            value, position = _octet(text, position)
            octets.append(value)
            if char_at(text, position) != ".":
                break
            position += 1
    if len(octets) > 4:
        raise _BadAddress
    if char_at(text, position) == "/":
        bits = _prefix_length(text, position + 1, 32)
    elif position == len(text):
        bits = _class_bits(octets)
    else:
        raise _BadAddress
    return bytes(octets + [0] * (4 - len(octets))), bits


def _class_bits(octets: list[int]) -> int:
    """The mask that a network without one has, by the class of its first octet."""
    first = octets[0]
    bits = 32 if first >= 240 else 8 if first >= 224 else 24 if first >= 192 else 16 if first >= 128 else 8
    bits = max(bits, len(octets) * 8)
    return 4 if bits == 8 and first == 224 else bits


_GROUP: Final = re.compile(r"[0-9a-fA-F]{1,4}")


def _ipv6(text: str) -> tuple[bytes, int]:
    """inet_cidr_pton_ipv6: groups, one '::', an IPv4 tail, a mask without leading zeros."""
    address, slash, mask = text.partition("/")
    bits = _strict_number(mask, 128) if slash else 128
    masked = bool(slash)
    head, gap, tail = address.partition("::")
    if "::" in tail or tail.startswith(":") or (gap and head.endswith(":")):
        raise _BadAddress
    left, right = _groups(head, last=not gap, masked=masked), _groups(tail, last=True, masked=masked)
    size = len(left) + len(right)
    if size > 16 or (size == 16) is bool(gap):
        raise _BadAddress
    return left + bytes(16 - size) + right, bits


def _groups(text: str, *, last: bool, masked: bool) -> bytes:
    result = b""
    parts = text.split(":") if text else []
    for index, part in enumerate(parts):
        if "." in part and last and index == len(parts) - 1:
            result += _embedded_ipv4(part, masked=masked)
        elif _GROUP.fullmatch(part):
            result += bytes.fromhex(part.zfill(4))
        elif part or not masked or not last or not 0 < index == len(parts) - 1:  # a colon may stand before a slash
            raise _BadAddress
    return result


def _embedded_ipv4(text: str, *, masked: bool) -> bytes:
    """getv4: up to four octets, the others are zero; an empty one too, except at the very end."""
    octets = text.split(".")
    if len(octets) > 4 or (not octets[-1] and not masked):
        raise _BadAddress
    return bytes(_strict_number(octet, 255) if octet else 0 for octet in octets).ljust(4, b"\0")


def _strict_number(text: str, highest: int) -> int:
    if not text or len(text) > 3 or any(digit not in DIGITS for digit in text):
        raise _BadAddress
    if (len(text) > 1 and text[0] == "0") or int(text) > highest:
        raise _BadAddress
    return int(text)


# The formats that macaddr_in tries in turn, as sscanf reads them: %x and %2x take all they can and give nothing back,
# and "0x" alone is a zero.
_LOOSE: Final = r"\s*+((?>[+-]?(?:0x[0-9a-f]*|[0-9a-f]+)))"
_PAIR: Final = r"\s*+((?>0x|[+-][0-9a-f]|[0-9a-f]{1,2}))"
_MAC_FORMATS: Final = tuple(
    re.compile(pattern + r"\s*", re.ASCII | re.IGNORECASE)
    for pattern in (
        ":".join([_LOOSE] * 6),
        "-".join([_LOOSE] * 6),
        _PAIR * 3 + ":" + _PAIR * 3,
        _PAIR * 3 + "-" + _PAIR * 3,
        r"\.".join([_PAIR * 2] * 3),
        "-".join([_PAIR * 2] * 3),
        _PAIR * 6,
    )
)


def _scanned(octet: str) -> int:
    """%x into an int: strtoul, and then the low 32 bits."""
    value, _ = strtol(octet, 0, 16)
    value = value if abs(value) < 2**64 else -1
    return (value + 2**31) % 2**32 - 2**31


def _macaddr_in(text: str, request: Request) -> None:
    for pattern in _MAC_FORMATS:
        match = pattern.fullmatch(text)
        if match:
            if any(not 0 <= _scanned(octet) <= 255 for octet in match.groups()):
                message = f'invalid octet value in "macaddr" value: "{text}"'
                raise refuse(OUT_OF_RANGE, message)
            return
    raise invalid_syntax("macaddr", text)


def _macaddr8_in(text: str, request: Request) -> None:
    """macaddr8_in: six or eight pairs of digits, with one kind of spacer or none between any two."""
    bad = invalid_syntax("macaddr8", text)
    position = skip_spaces(text)
    count = 0
    spacer = ""
    while position + 1 < len(text):
        count += 1
        if count > 8 or text[position] not in HEX_DIGITS or text[position + 1] not in HEX_DIGITS:
            raise bad
        position += 2
        here = char_at(text, position)
        if here in (":", "-", "."):
            if spacer not in ("", here):
                raise bad
            spacer = here
            position += 1
        if count in (6, 8) and char_at(text, position) in SPACES and position < len(text):
            position = skip_spaces(text, position)
            if position < len(text):
                raise bad
    if count not in (6, 8):
        raise bad


READERS: Final[Mapping[str, Reader]] = {
    "inet": _inet_in,
    "cidr": _cidr_in,
    "macaddr": _macaddr_in,
    "macaddr8": _macaddr8_in,
}
