"""YAML 1.2 as plain data with the line of every value; refuses tags, anchors, duplicate keys and a second document."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from launchwatch.catalog.records import CatalogError

_INT = re.compile(r"[-+]?\d+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", re.ASCII)
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MAX_DEPTH = 32

Path = tuple[str | int, ...]


class Document(NamedTuple):
    """A file as data, with the line (from 1) at which each key or list item stands.

    ``lines`` is keyed by path; the root has the empty path.
    """

    name: str
    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Line of a path, or of the nearest thing that holds it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def error(self, path: Path, text: str) -> CatalogError:
        """One line that names file, line and field."""
        return CatalogError(f"{self.name}:{self.line(path)}: {f'{dotted(path)}: ' if path else ''}{text}")


def dotted(path: Path) -> str:
    """A path as people write it: ``stages[0].burn_s``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def scalar(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; dates stay text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def read_yaml(content: bytes | str, name: str) -> Document:
    """Read one YAML document.

    Parameters
    ----------
    content : bytes of a file (UTF-8), or its text.
    name : what errors call it.

    Raises
    ------
    CatalogError
        Not UTF-8, not YAML, or YAML that is refused: tags, anchors, duplicate keys, a second document.
    """
    from ruamel.yaml import YAML  # slow to import, and not needed where the cache answers
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        text = content if isinstance(content, str) else content.decode()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CatalogError(f"{name}:{line}: is not UTF-8; save the file as UTF-8") from None
    builder = _Builder(name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogError(f"{name}:{mark.line + 1 if mark else 1}: is not YAML: {error.problem}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CatalogError(f"{name}:{line}: holds a character that YAML forbids; remove it") from None
    except YAMLError as error:
        raise CatalogError(f"{name}:1: is not YAML: {' '.join(str(error).split())}") from None
    return builder.document()


class _Builder:
    """Builds data from the parser's events, one container at a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.documents = 0
        self.root: Any = None
        self.lines: dict[Path, int] = {(): 1}
        self.open: list[dict[str, Any] | list[Any]] = []
        self.paths: list[Path] = []
        self.key: str | None = None  # of the mapping on top, until its value comes

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                raise self.error(line, "a second document starts here; write one document a file")
        elif kind == "AliasEvent" or getattr(event, "anchor", None):
            raise self.error(line, "anchors and aliases are refused; write the value out")
        elif getattr(event, "tag", None):
            raise self.error(line, f"tag {event.tag} is refused; write plain values")
        elif kind == "ScalarEvent":
            self.scalar(event.value, event.style, line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.start({} if kind == "MappingStartEvent" else [], line)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.open.pop()
            self.paths.pop()

    def scalar(self, text: str, style: str | None, line: int) -> None:
        if self.open and isinstance(self.open[-1], dict) and self.key is None:
            path = (*self.paths[-1], text)
            if text in self.open[-1]:
                raise self.error(line, f"{dotted(path)}: is there twice, first at line {self.lines[path]}; keep one")
            self.key = text
            self.lines[path] = line
        else:
            self.put(text if style else scalar(text), line)

    def start(self, container: dict[str, Any] | list[Any], line: int) -> None:
        if self.open and isinstance(self.open[-1], dict) and self.key is None:
            raise self.error(line, "a list or mapping is no key; write text")
        if len(self.open) == _MAX_DEPTH:
            raise self.error(line, f"is nested deeper than {_MAX_DEPTH}")
        path = self.put(container, line)
        self.open.append(container)
        self.paths.append(path)

    def put(self, value: Any, line: int) -> Path:
        if not self.open:
            self.root = value
            self.lines[()] = line
            return ()
        holder = self.open[-1]
        if isinstance(holder, list):
            key: str | int = len(holder)
            holder.append(value)
        else:
            key, self.key = self.key or "", None
            holder[key] = value
        path = (*self.paths[-1], key)
        self.lines.setdefault(path, line)  # a key has its line already
        return path

    def error(self, line: int, text: str) -> CatalogError:
        return CatalogError(f"{self.name}:{line}: {text}")

    def document(self) -> Document:
        return Document(self.name, self.root, self.lines)
