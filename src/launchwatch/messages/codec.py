"""Codecs of the records: MessagePack for journal and wire, JSON for people, JSON Schema for everybody else.

Arrays travel in MessagePack as an extension (code 1: dtype and shape, then the raw little-endian bytes) and in JSON as
nested lists.
"""

from __future__ import annotations

from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np

from launchwatch.messages.envelope import Envelope

_ARRAY = 1
_DTYPES = (np.dtype("<f8"), np.dtype("<i8"), np.dtype("|b1"))
T = TypeVar("T")


def _to_extension(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        head = bytes((_DTYPES.index(array.dtype), array.ndim)) + np.asarray(array.shape, "<u4").tobytes()
        return msgspec.msgpack.Ext(_ARRAY, head + array.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no part of a record; use numbers, text, tuples or arrays")


def _from_extension(code: int, data: memoryview) -> Any:
    if code != _ARRAY:
        raise msgspec.ValidationError(f"unknown extension {code}; records use extension {_ARRAY} for arrays only")
    kind, ndim = data[0], data[1]
    start = 2 + 4 * ndim
    shape = np.frombuffer(data[2:start], "<u4")
    if kind >= len(_DTYPES) or int(shape.prod()) * _DTYPES[kind].itemsize != len(data) - start:
        raise msgspec.ValidationError("array of a record has a wrong length or an unknown type")
    return np.frombuffer(data[start:], _DTYPES[kind]).reshape(shape)


def _is_array(kind: Any) -> bool:
    return kind is np.ndarray or get_origin(kind) is np.ndarray


def _to_lists(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no part of a record; use numbers, text, tuples or arrays")


def _from_value(kind: Any, value: Any) -> Any:
    if _is_array(kind):
        if isinstance(value, np.ndarray):
            return value
        dtype = np.int64 if "int64" in str(kind) else np.float64
        return np.asarray(value, dtype)
    raise NotImplementedError(f"{kind} is no part of a record")


_pack = msgspec.msgpack.Encoder(enc_hook=_to_extension)
_unpack_envelope = msgspec.msgpack.Decoder(Envelope, ext_hook=_from_extension, dec_hook=_from_value)
_json = msgspec.json.Encoder(enc_hook=_to_lists)


def pack(record: Any) -> bytes:
    """MessagePack bytes of a record, an envelope or the state of a stage."""
    return _pack.encode(record)


def unpack_envelope(data: bytes) -> Envelope:
    """The envelope in `data`; raises msgspec.ValidationError (one line that names the field) on anything else."""
    return _unpack_envelope.decode(data)


def unpack(data: bytes, kind: type[T]) -> T:
    """The record of type `kind` in `data`; raises msgspec.ValidationError on anything else."""
    return msgspec.msgpack.decode(data, type=kind, ext_hook=_from_extension, dec_hook=_from_value)


def to_json(record: Any) -> bytes:
    """JSON bytes of a record; arrays become nested lists."""
    return _json.encode(record)


def from_json(data: bytes | str, kind: type[T]) -> T:
    """The record of type `kind` in JSON; raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(data, type=kind, dec_hook=_from_value)


def _schema_of(kind: Any) -> dict[str, Any]:
    if _is_array(kind):
        return {"type": "array", "description": "numbers, nested by axis"}
    raise NotImplementedError(f"{kind} has no JSON Schema")


def json_schema(kind: Any) -> dict[str, Any]:
    """JSON Schema (2020-12) of a record type."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(kind, schema_hook=_schema_of)
