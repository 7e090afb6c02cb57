"""Receipts: the acknowledgement of one release by its addressee."""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, frozen=True, tag="receipt", kw_only=True):
    """Acknowledgement of `release` by `addressee` at `received_ns`; refused ones say why."""

    release: str
    addressee: str
    received_ns: int
    accepted: bool
    reason: str = ""
