"""Messages on a line: what is spoilt is refused, and what is no message never stops a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.messages import codec
from launchwatch.messages.control import Heartbeat
from launchwatch.messages.envelope import Envelope
from launchwatch.sharing.wire import MOST_BYTES, WireError, digest, opened, sealed
from unit.sharing.test_exchange import envelope


def beat() -> Envelope:
    pulse = Heartbeat(component="us-post", sequence=7, status="ready", latency_s=0.0, interval_s=20.0)
    return envelope("heartbeat/7", pulse, 0.0)


def test_what_was_sealed_is_opened() -> None:
    assert codec.pack(opened(sealed(beat()))) == codec.pack(beat())


@given(st.data())
def test_one_changed_byte_is_known(data: st.DataObject) -> None:
    line = bytearray(sealed(beat()))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireError) as refused:
        opened(bytes(line))
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=400))
def test_anything_else_is_refused_in_one_line(noise: bytes) -> None:
    for checked in (True, False):
        with pytest.raises(WireError) as refused:
            opened(noise, checked)
        assert "\n" not in str(refused.value)
    with pytest.raises(WireError):
        opened(noise + b" " + digest(noise))


def test_a_message_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="longer than"):
        opened(bytes(MOST_BYTES + 1))
