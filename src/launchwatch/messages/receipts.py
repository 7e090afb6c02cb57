"""Receipts and echoes: what an addressee acknowledges, and what was heard on a node's own outgoing channel."""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, frozen=True, tag="receipt", kw_only=True):
    """Acknowledgement of `release` by `addressee` at `received_ns`; refused ones say why.

    `digest` : of the release as it arrived (`launchwatch.messages.digests`); empty where the addressee gives none.
    """

    release: str
    addressee: str
    received_ns: int
    accepted: bool
    reason: str = ""
    digest: str = ""


class Echo(msgspec.Struct, frozen=True, tag="echo", kw_only=True):
    """A release as it was heard on the outgoing channel of the node that it names as its sender.

    Attributes
    ----------
    release, sender, addressee : as it says.
    digest : of the release as it was heard (`launchwatch.messages.digests`).
    heard_ns : when, ns TAI.
    """

    release: str
    sender: str
    addressee: str
    digest: str
    heard_ns: int
