"""What a stage receives and gives: records without purpose and origin, which only the runtime and releases see."""

from __future__ import annotations

from typing import Any

import msgspec


class Item(msgspec.Struct, frozen=True):
    """An input of a stage: the identifier of the record, when it arrived (ns TAI), and the record."""

    id: str
    received_ns: int
    payload: Any


class Output(msgspec.Struct, frozen=True):
    """An output of a stage: the record, when what it says holds (ns TAI), and the inputs it was made from."""

    payload: Any
    valid_ns: int
    lineage: tuple[str, ...]
