"""Codecs of the records: MessagePack for journal and wire, JSON for people, JSON Schema for everybody else.

Arrays travel in MessagePack as an extension (code 1: dtype and shape, then the raw little-endian bytes) and in JSON as
nested lists.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import numpy as np

from launchwatch.messages.envelope import Envelope

_ARRAY = 1
_DTYPES = (np.dtype("<f8"), np.dtype("<i8"), np.dtype("|b1"))
_BOOLEAN = 2
_MOST_AXES = 8
T = TypeVar("T")


def _to_extension(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype not in _DTYPES:
            raise TypeError(f"an array of {value.dtype} is no part of a record; use float64, int64 or bool")
        head = bytes((_DTYPES.index(value.dtype), value.ndim)) + np.asarray(value.shape, "<u4").tobytes()
        return msgspec.msgpack.Ext(_ARRAY, head + value.tobytes())
    return _to_lists(value)


def _from_extension(code: int, data: memoryview) -> Any:
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}; records use extension {_ARRAY} for arrays only")
    if len(data) < 2 or data[0] >= len(_DTYPES) or data[1] > _MOST_AXES or len(data) < 2 + 4 * data[1]:
        raise ValueError("array of a record has an unknown type or a broken head")
    dtype, start = _DTYPES[data[0]], 2 + 4 * data[1]
    shape = tuple(np.frombuffer(data[2:start], "<u4").tolist())
    body = data[start:]
    if math.prod(shape) * dtype.itemsize != len(body):
        raise ValueError("array of a record has a wrong length")
    if data[0] == _BOOLEAN and any(byte > 1 for byte in body):
        raise ValueError("array of a record has a truth value other than 0 and 1")
    # A copy, so that replayed arrays are aligned and writable like live ones: kernels compile for both properties.
    return np.frombuffer(body, dtype).reshape(shape).copy()


def _is_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _to_lists(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no part of a record; use numbers, text, tuples or arrays")


@cache
def _dtype(kind: Any) -> np.dtype[Any]:
    scalar: type[np.generic] = get_args(get_args(kind)[1])[0]
    return np.dtype(scalar)


def _from_value(kind: Any, value: Any) -> Any:
    if not _is_array(kind):
        raise TypeError(f"{kind} is no part of a record")
    dtype = _dtype(kind)
    if isinstance(value, list):
        return np.asarray(value, dtype)
    if not isinstance(value, np.ndarray) or value.dtype != dtype:
        raise ValueError(f"expected an array of {dtype}")
    return value


_pack = msgspec.msgpack.Encoder(enc_hook=_to_extension)
_unpack_envelope = msgspec.msgpack.Decoder(Envelope, ext_hook=_from_extension, dec_hook=_from_value)
_json = msgspec.json.Encoder(enc_hook=_to_lists)


def pack(record: Any) -> bytes:
    """MessagePack bytes of a record, an envelope or the state of a stage."""
    return _pack.encode(record)


def unpack_envelope(data: bytes) -> Envelope:
    """The envelope in `data`; raises msgspec.DecodeError (one line that names the field) on anything else."""
    return _decoded(_unpack_envelope.decode, data)


def unpack(data: bytes, kind: type[T]) -> T:
    """The record of type `kind` in `data`; raises msgspec.DecodeError on anything else."""
    return _decoded(msgspec.msgpack.Decoder(kind, ext_hook=_from_extension, dec_hook=_from_value).decode, data)


def to_json(record: Any) -> bytes:
    """JSON bytes of a record; arrays become nested lists."""
    return _json.encode(record)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """The record of type `kind` in JSON, null in an array being NaN; raises msgspec.DecodeError on anything else."""
    return _decoded(msgspec.json.Decoder(kind, dec_hook=_from_value).decode, data)


def _decoded(decode: Callable[[Any], T], data: bytes | str) -> T:
    """What `decode` makes of data from elsewhere, with one kind of error for all that can be wrong with them."""
    try:
        return decode(data)
    except msgspec.DecodeError:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        raise msgspec.DecodeError(f"no record: {' '.join(str(error).split())}") from error


def _schema_of(kind: Any) -> dict[str, Any]:
    if _is_array(kind):
        return {"type": "array", "description": "numbers, nested by axis"}
    raise NotImplementedError(f"{kind} has no JSON Schema")


def json_schema(kind: Any) -> dict[str, Any]:
    """JSON Schema (2020-12) of a record type."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(
        kind, schema_hook=_schema_of
    )
