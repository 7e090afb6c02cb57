"""Digests of records, by which a changed one is known. Who has sent it is for a signature to say."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from launchwatch.messages import codec

DIGEST_BYTES = 16


def digest(text: bytes) -> bytes:
    """BLAKE2b of a text, 32 hexadecimal digits."""
    return blake2b(text, digest_size=DIGEST_BYTES).hexdigest().encode()


def digest_of(record: Any) -> str:
    """Digest of a record's JSON."""
    return digest(codec.to_json(record)).decode()
