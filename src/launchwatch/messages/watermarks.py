"""The mark on every text that leaves a node and is no warning in earnest."""

from __future__ import annotations

from collections.abc import Collection

from launchwatch.messages.envelope import Origin, Purpose

_PURPOSES: dict[Purpose, str] = {"exercise": "EXERCISE EXERCISE EXERCISE.", "test": "TEST TEST TEST."}
SIMULATED = "Simulated data."


def watermark(purpose: Purpose, origin: Collection[Origin]) -> str:
    """Words that go before a text: what it is for unless that is operations, and that simulated data had a part in it.

    Parameters
    ----------
    purpose, origin : of the message, from its envelope.

    Returns
    -------
    str
        One or two sentences, or nothing for operations on live and recorded data.
    """
    words = [_PURPOSES.get(purpose, ""), SIMULATED if "simulated" in origin else ""]
    return " ".join(word for word in words if word)


def marked(text: str, purpose: Purpose, origin: Collection[Origin]) -> str:
    """A text behind its mark."""
    return f"{watermark(purpose, origin)} {text}".strip()
