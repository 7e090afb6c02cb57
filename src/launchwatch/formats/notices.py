"""Files of pre-launch notices: YAML, or plain keyed text; what is wrong is refused with file, line and field.

Keyed text has one `KEY: value` a line, blocks apart by empty lines, `#` before remarks:

    NOTICE: no-1994-12-21
    AGREEMENT: hcoc
    SENDER: no
    CLASS: sounding-rocket
    WINDOW: 1995-01-15T00:00:00Z 1995-02-06T00:00:00Z
    LAUNCH-AREA: 69.3 16.0 100
    DIRECTION: 330 20

Areas are latitude, longitude (degrees) and radius (km); a direction is one azimuth, or a sector from the first
clockwise to the second.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.document import Document, read_yaml, scalar
from launchwatch.catalog.document import Path as FieldPath
from launchwatch.catalog.notices import Area, Direction, NoticeForm, PreLaunchNotice, form_problems
from launchwatch.catalog.records import CatalogError, nearest

TEXT_ENDING = ".txt"
MOST_BYTES = 4_000_000

_KEYS = {
    "NOTICE": "id",
    "AGREEMENT": "agreement",
    "SENDER": "sender",
    "CLASS": "class",
    "WINDOW": "window",
    "PLANNED-DATE": "planned_date",
    "LAUNCH-AREA": "launch_area",
    "DIRECTION": "direction",
    "IMPACT-AREA": "impact_area",
    "LAUNCHES": "launches",
    "SUPERSEDES": "supersedes",
    "CANCELLED": "cancelled",
}
"""Keys of the text form, in the order in which they are written, and those of YAML."""
_PARTS: dict[str, tuple[str, ...]] = {
    "window": ("from", "until"),
    "launch_area": ("lat_deg", "lon_deg", "radius_km"),
    "impact_area": ("lat_deg", "lon_deg", "radius_km"),
    "direction": ("from_deg", "until_deg"),
}


class NoticeError(ValueError):
    """A file of notices that is refused; one line names file, line and field, what is wrong and what to write."""


def read_notices(path: Path, forms: Mapping[str, NoticeForm]) -> list[PreLaunchNotice]:
    """The notices of a file, `.txt` for keyed text, anything else YAML; whole or not at all.

    Parameters
    ----------
    forms : the forms of agreements by id; a notice has to be in one of them.

    Raises
    ------
    NoticeError
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoticeError(f"{path}: cannot be read: {error.strerror}") from None
    return parse_notices(content, str(path), forms, text=path.suffix == TEXT_ENDING)


def parse_notices(
    content: bytes, name: str, forms: Mapping[str, NoticeForm], *, text: bool = False
) -> list[PreLaunchNotice]:
    """The notices in the bytes of a file that errors call `name`; see `read_notices`."""
    if len(content) > MOST_BYTES:
        raise NoticeError(f"{name}: has more than {MOST_BYTES} bytes; split it")
    try:
        document = _keyed(content, name) if text else read_yaml(content, name)
        return _notices_of(document, forms)
    except CatalogError as error:
        raise NoticeError(str(error)) from None


def _notices_of(document: Document, forms: Mapping[str, NoticeForm]) -> list[PreLaunchNotice]:
    if not isinstance(document.data, list):
        raise document.error((), "is no list of notices; start each notice with `- id: ...`")
    notices: list[PreLaunchNotice] = []
    first: dict[str, int] = {}
    for i, data in enumerate(document.data):
        try:
            notice: PreLaunchNotice = convert(data, PreLaunchNotice)
        except FieldError as error:
            raise document.error((i, *error.path), error.text) from None
        if notice.agreement not in forms:
            told = f"form {notice.agreement!r} is unknown{nearest(notice.agreement, forms)}"
            raise document.error((i, "agreement"), told)
        for path, text in form_problems(notice, forms[notice.agreement]):
            raise document.error((i, *path), text)
        if notice.id in first:
            raise document.error((i, "id"), f"{notice.id!r} is there twice, first at line {first[notice.id]}; keep one")
        first[notice.id] = document.line((i,))
        notices.append(notice)
    return notices


def _keyed(content: bytes, name: str) -> Document:
    """Keyed text as the data that YAML would have given, with the line of every value."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        at = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{name}:{at}: is not UTF-8; save the file as UTF-8") from None
    blocks: list[dict[str, Any]] = []
    lines: dict[FieldPath, int] = {(): 1}
    inside = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            inside = inside and bool(line)
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise CatalogError(f"{name}:{number}: is no `KEY: value`; write one of {', '.join(_KEYS)} and a colon")
        if key.strip() not in _KEYS:
            raise CatalogError(f"{name}:{number}: {key.strip()}: unknown key{nearest(key.strip(), _KEYS)}")
        if not inside:
            blocks.append({})
            lines[len(blocks) - 1,] = number
            inside = True
        field, path = _KEYS[key.strip()], (len(blocks) - 1, _KEYS[key.strip()])
        if field in blocks[-1]:
            raise CatalogError(f"{name}:{number}: {key.strip()}: is there twice, first at line {lines[path]}; keep one")
        lines[path] = number
        blocks[-1][field] = _value(field, value.strip(), f"{name}:{number}: {key.strip()}")
    return Document(name, blocks, lines)


def _value(field: str, text: str, where: str) -> Any:
    words = text.split()
    if field in _PARTS:
        names = _PARTS[field]
        if field == "direction" and len(words) == 1:
            words *= 2
        if len(words) != len(names):
            raise CatalogError(f"{where}: has {len(words)} values; write {len(names)}: {', '.join(names)}")
        return {key: word if field == "window" else scalar(word) for key, word in zip(names, words, strict=True)}
    if field == "class":
        return words
    return scalar(text) if field in ("launches", "cancelled") else text


def write_text(notices: Iterable[PreLaunchNotice]) -> str:
    """Notices as keyed text, which `read_notices` reads back."""
    return "\n".join("".join(f"{key}: {value}\n" for key, value in _rows(notice)) for notice in notices)


def write_yaml(notices: Iterable[PreLaunchNotice]) -> str:
    """Notices as YAML, which `read_notices` reads back."""
    found = [_block(notice) for notice in notices]
    return "".join(found) or "[]\n"


def _rows(notice: PreLaunchNotice) -> Iterable[tuple[str, str]]:
    for key, field in _KEYS.items():
        value = getattr(notice, "classes" if field == "class" else field)
        if value is None or value == () or value is False:
            continue
        if isinstance(value, Area):
            words = [_number(value.lat_deg), _number(value.lon_deg), _number(value.radius_km)]
        elif isinstance(value, Direction):
            words = [_number(value.from_deg), _number(value.until_deg)]
        elif field == "window":
            words = [time.replace(" ", "T") for time in (value.from_, value.until)]
        elif field == "class":
            words = list(value)
        else:
            words = ["true" if value is True else str(value)]
        yield key, " ".join(words)


def _block(notice: PreLaunchNotice) -> str:
    lines = []
    for key, text in _rows(notice):
        field, words = _KEYS[key], text.split()
        if field in _PARTS:
            quoted = (f"'{word}'" if field == "window" else word for word in words)
            text = "{" + ", ".join(f"{part}: {word}" for part, word in zip(_PARTS[field], quoted, strict=True)) + "}"
        elif field == "class":
            text = "[" + ", ".join(words) + "]"
        elif field not in ("launches", "cancelled"):
            text = f"'{text}'"
        lines.append(f"{field}: {text}\n")
    return "- " + "  ".join(lines)


def _number(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
