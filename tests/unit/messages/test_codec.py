"""Codecs: every record survives MessagePack and JSON, and nothing from outside makes the decoder fall over."""

import math
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.messages import codec
from launchwatch.messages.control import Cue
from launchwatch.messages.envelope import Envelope, Record

RECORDS = get_args(Record)
INT64 = st.integers(-(2**63), 2**63 - 1)
SHAPES = st.sampled_from([(0,), (1,), (3,), (0, 3), (2, 3), (2, 2)])


def arrays(dtype: Any, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def build(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
        size = math.prod(shape)
        return st.lists(numbers, min_size=size, max_size=size).map(lambda row: np.array(row, dtype).reshape(shape))

    return SHAPES.flatmap(build)


def values(kind: Any, floats: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    """Values of a type annotation of a record."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is np.ndarray:
        dtype = np.dtype(get_args(arguments[1])[0])
        return arrays(dtype, {"f": floats, "i": INT64, "b": st.booleans()}[dtype.kind])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(values(part, floats) for part in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0], floats), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(part, floats) for part in arguments))
    if origin is dict:
        return st.dictionaries(st.text(max_size=5), values(arguments[1], floats), max_size=3)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.deferred(lambda: st.builds(kind, **{n: values(k, floats) for n, k in get_type_hints(kind).items()}))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: INT64,
        bool: st.booleans(),
        float: floats,
        type(None): st.none(),
    }
    return simple[kind]


ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def cue_envelope() -> Envelope:
    payload = Cue(
        sensor="radar", event="e", epoch_ns=3, state=np.arange(6.0), covariance=np.eye(6), from_ns=3, until_ns=4,
        acceleration_m_s2=0.0, weight=1.0,
    )  # fmt: skip
    return Envelope(
        id="cue/1",
        topic="cue",
        sequence=1,
        valid_ns=1,
        observed_ns=1,
        received_ns=1,
        emitted_ns=1,
        purpose="test",
        origin=("simulated",),
        lineage=("tracks/1",),
        payload=payload,
    )


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@settings(max_examples=20)
@given(data=st.data())
def test_messagepack_keeps_every_record_to_the_bit(kind: type, data: st.DataObject) -> None:
    record = data.draw(values(kind, ANY_FLOAT))
    packed = codec.pack(record)
    # Bytes are compared, since NaN differs from itself.
    assert codec.pack(codec.unpack(packed, kind)) == packed


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_json_keeps_every_finite_record(kind: type, data: st.DataObject) -> None:
    record = data.draw(values(kind, FINITE))
    again = codec.from_json(codec.to_json(record), kind)
    assert codec.to_json(again) == codec.to_json(record)


@settings(max_examples=50)
@given(envelope=values(Envelope, ANY_FLOAT))
def test_envelopes_keep_their_payload_type(envelope: Envelope) -> None:
    again = codec.unpack_envelope(codec.pack(envelope))
    assert type(again.payload) is type(envelope.payload)
    assert codec.pack(again) == codec.pack(envelope)


def test_decoded_arrays_are_like_live_ones() -> None:
    state = codec.unpack_envelope(codec.pack(cue_envelope())).payload.state  # type: ignore[union-attr]
    assert state.flags.aligned
    assert state.flags.writeable
    assert state.flags.c_contiguous
    assert state.dtype == np.float64


def test_order_of_memory_and_scalars_make_no_difference() -> None:
    square = np.arange(9.0).reshape(3, 3)
    assert codec.pack(np.asfortranarray(square)) == codec.pack(square)
    assert codec.pack(square[:, 1]) == codec.pack(square[:, 1].copy())
    assert codec.pack(np.float64(0.1)) == codec.pack(0.1)


@pytest.mark.parametrize("array", [np.zeros(2, np.float32), np.zeros(2, ">f8"), np.array(["a"])])
def test_other_arrays_are_refused(array: Any) -> None:
    with pytest.raises(TypeError, match=r"use float64, int64 or bool"):
        codec.pack(array)


def complaint(data: bytes) -> str:
    try:
        codec.unpack_envelope(data)
    except msgspec.DecodeError as error:
        return str(error)
    return ""


@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_a_decode_error(data: bytes) -> None:
    assert "\n" not in complaint(data)


@settings(max_examples=1000)
@given(data=st.data())
def test_mutated_bytes_raise_nothing_but_a_decode_error(data: st.DataObject) -> None:
    valid = bytearray(codec.pack(cue_envelope()))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(valid) - 1))
        until = at + data.draw(st.integers(0, 9))
        valid[at:until] = data.draw(st.binary(max_size=9))
    assert "\n" not in complaint(bytes(valid))


def extension(head: bytes, body: bytes = b"") -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(1, head + body)


@pytest.mark.parametrize(
    "state",
    [
        extension(b""),
        extension(b"\x00"),
        extension(b"\x00\x01", b"\x01"),
        extension(b"\x00\x01\x02\x00\x00\x00", bytes(8)),
        extension(b"\x07\x01\x01\x00\x00\x00", bytes(8)),
        extension(b"\x01\x01\x01\x00\x00\x00", bytes(8)),
        extension(b"\x02\x01\x01\x00\x00\x00", b"\x05"),
        extension(b"\x00\xff" + b"\x01\x00\x00\x00" * 255, bytes(8)),
        extension(b"\x00\x03" + b"\x00\x00\x00\x00" + b"\xff\xff\xff\xff" * 2),
        msgspec.msgpack.Ext(2, b"x"),
        [[1.0], [2.0, 3.0]],
        ["a"],
        {"a": 1.0},
        3.0,
        "x",
        True,
        None,
    ],
)
def test_a_broken_array_is_named(state: Any) -> None:
    raw = msgspec.msgpack.decode(codec.pack(cue_envelope()))
    raw["payload"]["state"] = state
    raw["payload"]["covariance"] = [[1.0]]
    with pytest.raises(msgspec.DecodeError, match=r"array|payload\.state"):
        codec.unpack_envelope(msgspec.msgpack.encode(raw))


@pytest.mark.parametrize("data", [b"\x81\xa1x" + b"\x91" * 100_000 + b"\xc0", b"\x81\xa1x" * 50_000 + b"\xc0"])
def test_deep_nesting_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        codec.unpack_envelope(data)


def test_numbers_too_large_for_an_array_are_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        codec.unpack(msgspec.msgpack.encode({"a": [2**63]}), HasIntegers)


class HasIntegers(msgspec.Struct):
    a: np.ndarray[Any, np.dtype[np.int64]]
