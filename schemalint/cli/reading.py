"""Files as people name them: which ones, in what order, and their text. What cannot be read is a UserError that names file and line."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISDIR

from schemalint.errors import UserError
from schemalint.source import Source

STDIN = "-"
MAX_BYTES = 512 * 1024 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, the longer ones first where one begins with another."""

_DIGITS = re.compile(r"(\d+)")


def read_source(name: str) -> Source:
    """The text of a file, or of standard input for `-`; without its byte order mark. Raises UserError."""
    if name == STDIN:
        return Source("<stdin>", decode(sys.stdin.buffer.read(), "<stdin>"))
    path = Path(name)
    try:
        status = path.stat()
        if S_ISDIR(status.st_mode):
            raise UserError(f"{name}: is a directory, a file is wanted here")
        if status.st_size > MAX_BYTES:
            raise UserError(f"{name}: larger than {MAX_BYTES // 1024 // 1024} MB")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{name}: {reason_of(error)}") from None
    return Source(name, decode(data, name))


def decode(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, or what a byte order mark says. Raises UserError with the line of what is neither."""
    mark, encoding = encoding_of(data)
    data = data[len(mark) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(_not_decodable(data, error, encoding, name)) from None
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise UserError(f"{name}:{line}: has a NUL byte, so it is not an SQL script")
    return text


def encoding_of(data: bytes) -> tuple[bytes, str]:
    """(byte order mark, encoding): what the mark says, else UTF-8, unless every second byte of the beginning is NUL."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return mark, encoding
    head = data[:200]
    if len(head) >= 4 and b"\0" in head:
        if not any(head[1::2]) and all(head[::2]):
            return b"", "utf-16-le"
        if not any(head[::2]) and all(head[1::2]):
            return b"", "utf-16-be"
    return b"", "utf-8"


def _not_decodable(data: bytes, error: UnicodeDecodeError, encoding: str, name: str) -> str:
    if encoding != "utf-8":
        return f"{name}: not valid {encoding.upper()}: {error.reason}"
    line = data.count(b"\n", 0, error.start) + 1
    if b"\0" in data[:8192]:
        return f"{name}:{line}: is a binary file, not an SQL script"
    column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
    return (
        f"{name}:{line}: not UTF-8 (byte 0x{data[error.start]:02x} at column {column}); "
        f"if it is Latin-1: iconv -f LATIN1 -t UTF-8"
    )


def reason_of(error: OSError) -> str:
    """What the operating system said, in a few words."""
    return (error.strerror or type(error).__name__).lower().replace("no such file or directory", "no such file")


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Paths by name, with numbers by their value: 9_a.sql before 10_b.sql."""
    return sorted(paths, key=lambda path: [_key(part) for part in path.parts])


def _key(text: str) -> list[tuple[int, int, str]]:
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in _DIGITS.split(text) if p]
