"""The checksums that runners keep of what they have applied, as their ledgers hold them."""

from __future__ import annotations

import hashlib
import zlib


def sha256(data: bytes) -> str:
    """Of the bytes as they are, in hexadecimal: Prisma, Drizzle."""
    return hashlib.sha256(data).hexdigest()


def sha384(data: bytes) -> str:
    """Of the bytes as they are, in hexadecimal: sqlx (which keeps the 48 bytes)."""
    return hashlib.sha384(data).hexdigest()


def crc32_of_lines(data: bytes) -> str:
    """Of the lines without their ends and without the byte order mark, as a signed 32-bit number: Flyway."""
    checksum = 0
    for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        checksum = zlib.crc32(line, checksum)
    return str(checksum - (1 << 32) if checksum >= 1 << 31 else checksum)
