"""Plain data to records, with errors that name the field, what was wrong and the nearest valid name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from launchwatch.catalog.document import Path
from launchwatch.catalog.records import Problem, Record, nearest

R = TypeVar("R", bound=Record)

_UNIT = re.compile(r"[kmun]?m2?|[mu]?rad|deg|arcsec|[mun]?s|min|h|day|[kmg]?hz|k?g|t|k|[km]?w|sr|db|dbsm")
_PATTERNS = {  # as the messages of msgspec show them: Python literals
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "write an id in lower case letters, digits and single hyphens",
    r"^[a-z]{2}$": "write an ISO country code in two lower case letters, like jp",
    r"\\S": "write some text",
}
_RELATIONS = {">=": "at least", "<=": "at most", ">": "greater than", "<": "less than"}
_NAMES = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping of keys",
    "date": "a date like 2017-11-28",
}
_NEEDED = {
    "source": "missing; say who published the figures, or what an assumption rests on",
    "sources": "missing; say where the launches come from",
    "id": "missing; every block needs one",
}
_AT = re.compile(r"(.*?)(?: - at `(?:key in )?\$(.*?)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_EXPECTED = re.compile(
    r"Expected `(?P<kind>.*?)`"
    r"(?: (?P<relation><=|>=|<|>) (?P<bound>\S+)| of length (?P<length>.*?)| matching regex '(?P<pattern>.*)')?"
    r"(?:, got .*)?"
)
_KEY = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+)")


def convert(data: Any, kind: Any) -> Any:
    """Plain data as a record.

    Parameters
    ----------
    data : what a `Document` holds, or a part of it.
    kind : a `Record` class, or a union of tagged ones.

    Raises
    ------
    FieldError
        The first field that is wrong.
    """
    for path, text in not_finite(data):
        raise FieldError(path, text)
    try:
        record = msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise FieldError(*_explain(str(error), data, kind)) from None
    for path, text in record.problems():
        raise FieldError(path, text)
    return record


class FieldError(ValueError):
    """A wrong field: its path inside the record, and what is wrong there."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(text)
        self.path = path
        self.text = text


def not_finite(data: Any, path: Path = ()) -> Iterator[Problem]:
    """Every number that is not finite."""
    if isinstance(data, float) and not math.isfinite(data):
        yield path, f"is {data}; write a finite number"
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from not_finite(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from not_finite(value, (*path, i))


def _explain(message: str, data: Any, kind: Any) -> Problem:
    match = _AT.fullmatch(message)
    text, where = (match[1], match[2] or "") if match else (message, "")
    path: Path = tuple(int(i) if i else key for i, key in _KEY.findall(where))
    if unknown := _UNKNOWN.fullmatch(text):
        return (*path, unknown[1]), _unknown_key(unknown[1], _fields(data, kind, path))
    if missing := _MISSING.fullmatch(text):
        return (*path, missing[1]), _NEEDED.get(missing[1], "missing")
    value = _value(data, path)
    if text.startswith(("Invalid enum value", "Invalid value")):
        return path, f"{value!r} is unknown{nearest(str(value), _choices(data, kind, path))}"
    if text.startswith("Invalid RFC3339"):
        return path, f"{value!r} is not a date; write it like 2017-11-28"
    if expected := _EXPECTED.fullmatch(text):
        return path, _expected(value, expected)
    return path, text.replace("`", "")


def _expected(value: Any, wanted: re.Match[str]) -> str:
    shown = _shown(value)
    if relation := wanted["relation"]:
        return f"is {shown}; it must be {_RELATIONS[relation]} {float(wanted['bound']):g}"
    if length := wanted["length"]:
        return f"has {len(value)} entries; it must have {length.replace('>=', 'at least').replace('<=', 'at most')}"
    if pattern := wanted["pattern"]:
        return f"is {shown}; {_PATTERNS[pattern]}"
    kinds = " or ".join(_NAMES.get(name.strip(), name.strip()) for name in wanted["kind"].split("|"))
    unit = " without a unit: the key names it" if "number" in kinds and isinstance(value, str) else ""
    return f"is {shown}; write {kinds}{unit}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return _NAMES["object" if isinstance(value, dict) else "array"]
    return repr(value)


def _unknown_key(name: str, fields: Iterable[str]) -> str:
    fields = list(fields)
    stem = _stem(name)
    for field in fields:
        if stem and stem == _stem(field) and field != name:
            return f"unknown key: its unit differs; write {field!r}, in the unit that it names"
    return f"unknown key{nearest(name, fields)}"


def _stem(name: str) -> str:
    parts = name.split("_")
    while len(parts) > 1 and _UNIT.fullmatch(parts[-1]):
        parts.pop()
    return "_".join(parts)


def _value(data: Any, path: Path) -> Any:
    for key in path:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _walk(data: Any, kind: Any, path: Path) -> Any:
    """Description of the type that stands at a path."""
    info = _narrow(msgspec.inspect.type_info(kind), data)
    for key in path:
        if isinstance(info, msgspec.inspect.StructType):
            found = [field.type for field in info.fields if field.encode_name == key]
            if not found:
                return info if key == info.tag_field else None
            info = found[0]
        elif isinstance(info, msgspec.inspect.VarTupleType):
            info = info.item_type
        elif isinstance(info, msgspec.inspect.TupleType) and isinstance(key, int):
            info = info.item_types[key]
        else:
            return None
        data = _value(data, (key,))
        info = _narrow(info, data)
    return info


def _narrow(info: Any, data: Any) -> Any:
    """The member of a union that the data is meant for."""
    if not isinstance(info, msgspec.inspect.UnionType):
        return info
    members = [member for member in info.types if not isinstance(member, msgspec.inspect.NoneType)]
    tagged = [m for m in members if isinstance(m, msgspec.inspect.StructType) and m.tag is not None]
    if tagged and isinstance(data, Mapping):
        chosen = [m for m in tagged if m.tag == data.get(m.tag_field or "")]
        return chosen[0] if chosen else info
    return members[0]


def _fields(data: Any, kind: Any, path: Path) -> list[str]:
    info = _walk(data, kind, path)
    if not isinstance(info, msgspec.inspect.StructType):
        return []
    return [field.encode_name for field in info.fields] + ([info.tag_field] if info.tag_field else [])


def _choices(data: Any, kind: Any, path: Path) -> list[str]:
    info = _walk(data, kind, path)
    if isinstance(info, msgspec.inspect.LiteralType):
        return [str(value) for value in info.values]
    holder = _walk(data, kind, path[:-1])
    members = holder.types if isinstance(holder, msgspec.inspect.UnionType) else (holder,)
    return [str(m.tag) for m in members if isinstance(m, msgspec.inspect.StructType) and m.tag is not None]
