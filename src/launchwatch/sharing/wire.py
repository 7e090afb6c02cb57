"""A message on a line between two posts: its text, and a digest by which a spoilt text is known.

The digest finds what a line or a circuit has changed; who has sent it is for a signature to say.
"""

from __future__ import annotations

import msgspec

from launchwatch.messages import codec
from launchwatch.messages.digests import digest
from launchwatch.messages.envelope import Envelope

MOST_BYTES = 1 << 24


class WireError(ValueError):
    """A message that is refused; one line says why."""


def sealed(envelope: Envelope) -> bytes:
    """The envelope as a line of JSON, and its digest in hexadecimal behind it."""
    text = codec.to_json(envelope)
    return text + b" " + digest(text)


def opened(data: bytes, checked: bool = True) -> Envelope:
    """The envelope of a line.

    Parameters
    ----------
    data : as `sealed` makes it, from anywhere.
    checked : whether the digest is compared; without it a spoilt message that still reads as one is taken.

    Raises
    ------
    WireError
        It is no envelope, or not the one that was sent.
    """
    if len(data) > MOST_BYTES:
        raise WireError(f"message of {len(data)} bytes: longer than {MOST_BYTES}; send it in parts")
    text, _, mark = data.rpartition(b" ")
    if checked and digest(text) != mark:
        raise WireError("message: the digest does not fit the text; ask for it again")
    try:
        return codec.from_json(text, Envelope)
    except msgspec.DecodeError as error:
        raise WireError(f"message: {error}") from None
