"""Types whose text is nearly their value: strings, bool, uuid, bytea, bit strings."""

import uuid
from collections.abc import Mapping
from typing import Final

from schemalint.semantics.input.cscan import HEX_DIGITS, SPACES
from schemalint.semantics.input.result import INVALID_TEXT, Reader, Request, invalid_syntax, refuse

_TRUNCATION: Final = "22001"
_MAX_BITS: Final = 2**31 - 8  # VARBITMAXLEN


def _textin(text: str, request: Request) -> str:
    return text


def _namein(text: str, request: Request) -> str:
    """namein: 63 bytes at most, the rest is dropped silently."""
    encoded = text.encode("utf-8", "surrogatepass")
    return text if len(encoded) < 64 else encoded[:63].decode("utf-8", "ignore")


def _charin(text: str, request: Request) -> str | None:
    """charin: the first byte, or a byte as a backslash and three octal digits."""
    return text[:1] if text.isascii() and not text.startswith("\\") else None


def _bounded(text: str, request: Request, type_name: str) -> str:
    """varchar_input and bpchar_input: what does not fit must be spaces, unless a cast was asked for."""
    limit = request.typmod - 4
    if request.typmod < 4 or len(text) <= limit:
        return text
    if text[limit:].strip(" ") and not request.explicit:
        raise refuse(_TRUNCATION, f"value too long for type {type_name}({limit})")
    return text[:limit]


def _varcharin(text: str, request: Request) -> str:
    return _bounded(text, request, "character varying")


def _bpcharin(text: str, request: Request) -> str:
    """bpcharin; the value is given without its padding, which no comparison sees."""
    return _bounded(text, request, "character").rstrip(" ")


def _boolin(text: str, request: Request) -> bool:
    """boolin: an unambiguous prefix of true, false, yes, no, on or off, or 1 or 0."""
    word = text.strip(SPACES).lower() if text.isascii() else ""
    if word in ("1", "0"):
        return word == "1"
    for full, value in (("true", True), ("false", False), ("yes", True), ("no", False)):
        if word and full.startswith(word):
            return value
    if len(word) > 1:
        for full, value in (("on", True), ("off", False)):
            if full.startswith(word):
                return value
    raise invalid_syntax("boolean", text)


def _uuid_in(text: str, request: Request) -> uuid.UUID:
    """string_to_uuid: 32 hexadecimal digits, a hyphen after any group of four, braces around."""
    body = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    digits = ""
    position = 0
    while len(digits) < 32:
        pair = body[position : position + 2]
        if len(pair) != 2 or pair[0] not in HEX_DIGITS or pair[1] not in HEX_DIGITS:
            raise invalid_syntax("uuid", text)
        digits += pair
        position += 2
        if body[position : position + 1] == "-" and len(digits) % 4 == 0 and len(digits) < 32:
            position += 1
    if position != len(body):
        raise invalid_syntax("uuid", text)
    return uuid.UUID(digits)


def _byteain(text: str, request: Request) -> bytes:
    return _hex_decode(text[2:]) if text.startswith("\\x") else _escape_decode(text)


def _hex_decode(text: str) -> bytes:
    """hex_decode: digits in pairs, white space between the pairs."""
    digits = ""
    for character in text:
        if len(digits) % 2 == 0 and character in " \n\t\r":
            continue
        if character not in HEX_DIGITS:
            raise refuse("22023", f'invalid hexadecimal digit: "{character}"')
        digits += character
    if len(digits) % 2:
        raise refuse("22023", "invalid hexadecimal data: odd number of digits")
    return bytes.fromhex(digits)


def _escape_decode(text: str) -> bytes:
    """The escape format of byteain: a backslash is doubled, or begins three octal digits."""
    result = bytearray()
    position = 0
    while position < len(text):
        octal = text[position + 1 : position + 4]
        if text[position] != "\\":
            result += text[position].encode("utf-8", "surrogatepass")
            position += 1
        elif octal[:1] == "\\":
            result += b"\\"
            position += 2
        elif len(octal) == 3 and octal[0] in "0123" and octal[1] in "01234567" and octal[2] in "01234567":
            result.append(int(octal, 8))
            position += 4
        else:
            raise refuse(INVALID_TEXT, "invalid input syntax for type bytea")
    return bytes(result)


def _read_bits(text: str) -> str:
    """The digits of bit_in and varbit_in as 0s and 1s: binary, or hexadecimal after an x."""
    if text[:1] in ("x", "X"):
        digits = text[1:]
        if len(digits) > _MAX_BITS // 4:
            raise refuse("54000", f"bit string length exceeds the maximum allowed ({_MAX_BITS})")
        for digit in digits:
            if digit not in HEX_DIGITS:
                raise refuse(INVALID_TEXT, f'"{digit}" is not a valid hexadecimal digit')
        return "".join(f"{int(digit, 16):04b}" for digit in digits)
    digits = text[1:] if text[:1] in ("b", "B") else text
    for digit in digits:
        if digit not in "01":
            raise refuse(INVALID_TEXT, f'"{digit}" is not a valid binary digit')
    return digits


def _bit_in(text: str, request: Request) -> str:
    bits = _read_bits(text)
    if request.typmod <= 0 or len(bits) == request.typmod:
        return bits
    if request.explicit:
        return bits[: request.typmod].ljust(request.typmod, "0")
    raise refuse("22026", f"bit string length {len(bits)} does not match type bit({request.typmod})")


def _varbit_in(text: str, request: Request) -> str:
    bits = _read_bits(text)
    if request.typmod <= 0 or len(bits) <= request.typmod:
        return bits
    if request.explicit:
        return bits[: request.typmod]
    raise refuse(_TRUNCATION, f"bit string too long for type bit varying({request.typmod})")


READERS: Final[Mapping[str, Reader]] = {
    "text": _textin,
    "unknown": _textin,
    "cstring": _textin,
    "refcursor": _textin,
    "name": _namein,
    "char": _charin,
    "varchar": _varcharin,
    "bpchar": _bpcharin,
    "bool": _boolin,
    "uuid": _uuid_in,
    "bytea": _byteain,
    "bit": _bit_in,
    "varbit": _varbit_in,
}
