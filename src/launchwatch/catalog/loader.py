"""Reads the packaged catalogue, a user's own folder beside it, and scenarios.

A folder holds blocks by kind (`KINDS`), as one file ``<kind>.yaml`` or as files in a folder ``<kind>``, each a list of
blocks; scenarios, each a file ``scenarios/<id>.yaml``; and false-alarm calibrations,
``calibrations/<name>/<key>.parquet``. A user's block replaces the packaged block of the same kind and id.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import msgspec

from launchwatch.catalog import cache
from launchwatch.catalog.catalogue import KINDS, Catalog, Raw, reference_problems, scenario_of
from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.document import Document, dotted, read_yaml
from launchwatch.catalog.document import Path as FieldPath
from launchwatch.catalog.records import CatalogError, nearest
from launchwatch.catalog.schema import Scenario

__all__ = [
    "Catalog",
    "CatalogError",
    "catalog_hash",
    "check_folder",
    "list_records",
    "load_catalog",
    "load_scenario",
    "show_record",
]

DATA = Path(__file__).parent / "data"
CALIBRATIONS, PARQUET = "calibrations", ".parquet"

_Origins: TypeAlias = dict[tuple[str, str], tuple[Document, FieldPath]]
"""By kind and id: the file of a block, and where it stands in it."""


class _Source(NamedTuple):
    prefix: str
    files: dict[str, bytes]


def load_catalog(extra: Path | None = None) -> Catalog:
    """The packaged catalogue, with a user's folder laid over it.

    Compiled once for each content of the files and kept in the user's cache folder.

    Raises
    ------
    CatalogError
        The first wrong field of the first wrong file, and how many more errors there are.
    """
    sources = _sources(extra)
    key = _cache_key(sources)
    if (catalog := cache.load(key, Catalog)) is not None:
        return catalog
    catalog, errors = _compile(sources)
    if errors:
        more = f" ({len(errors) - 1} more: see `launchwatch catalog check`)" if len(errors) > 1 else ""
        raise CatalogError(errors[0] + more)
    cache.store(key, catalog)
    return catalog


def catalog_hash(extra: Path | None = None) -> str:
    """Hex digest (BLAKE2b) of the YAML files that `load_catalog` would read."""
    return _hash(_sources(extra))


def check_folder(folder: Path) -> list[str]:
    """Every error of a user's folder laid over the packaged catalogue, one line each.

    Raises
    ------
    CatalogError
        There is no such folder.
    """
    return _compile(_sources(folder))[1]


def list_records(kind: str, catalog: Catalog | None = None) -> list[Raw]:
    """Blocks of a kind in short: id, name, status, confidence, and owner, country, class or kind if any."""
    catalog = catalog or load_catalog()
    if kind == "scenarios":
        return [
            {"id": name, "title": raw["title"], "partners": raw["partners"], "launches": len(raw.get("launches", ())),
             "sources": raw["sources"]}
            for name, raw in catalog.scenarios.items()
        ]  # fmt: skip
    keys = ("id", "name", "owner", "country", "class", "kind", "status", "confidence")
    blocks = [_plain(block) for block in catalog.blocks(kind).values()]
    return [{key: block[key] for key in keys if key in block} for block in blocks]


def show_record(kind: str, name: str, catalog: Catalog | None = None) -> Raw:
    """One block as plain data, with the keys of its file.

    Raises
    ------
    CatalogError
        No such kind or id.
    """
    blocks = (catalog or load_catalog()).blocks(kind)
    if name not in blocks:
        raise CatalogError(f"{kind}: {name!r} is unknown{nearest(name, blocks)}")
    return _plain(blocks[name])


def load_scenario(name_or_path: str | Path, catalog: Catalog, overrides: Sequence[str] = ()) -> Scenario:
    """A scenario of the catalogue or of a YAML file, with keys set from outside.

    Parameters
    ----------
    name_or_path : id of a scenario, or a path: anything with a folder or the ending ``.yaml`` or ``.yml``.
    catalog : what its ids refer to.
    overrides : ``KEY=VALUE`` each: a dotted key like ``sharing.level`` or ``launches.<id>.booster``, and YAML.

    Raises
    ------
    CatalogError
        Unknown scenario, or the first wrong field, with its file and line or with its override.
    """
    document = _scenario_document(name_or_path, catalog)
    raw = deepcopy(document.data)
    paths = [(text, _override(raw, text)) for text in overrides]
    try:
        return scenario_of(raw, catalog)
    except FieldError as error:
        for text, path in paths:
            if path[: len(error.path)] == error.path[: len(path)]:
                raise CatalogError(f"--set {text}: {dotted(error.path)}: {error.text}") from None
        raise document.error(error.path, error.text) from None


def _scenario_document(name_or_path: str | Path, catalog: Catalog) -> Document:
    path = Path(name_or_path)
    named = str(name_or_path) in catalog.scenarios
    if not named and (path.suffix in (".yaml", ".yml") or path.name != str(name_or_path)):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CatalogError(f"{path}: cannot be read: {error.strerror}") from None
        return read_yaml(content, str(path))
    name = str(name_or_path)
    if name not in catalog.scenarios:
        raise CatalogError(f"scenario {name!r} is unknown{nearest(name, catalog.scenarios)}")
    return Document(f"scenarios/{name}.yaml", catalog.scenarios[name], {(): 1})


def _override(raw: Any, text: str) -> FieldPath:
    """Set one key of plain data; returns its path."""
    key, equals, value = text.partition("=")
    names = key.strip().split(".")
    if not equals or not all(names):
        raise CatalogError(f"--set {text}: is no setting; write KEY=VALUE, like sharing.level=tracks")
    path: FieldPath = ()
    holder = raw
    for name in names[:-1]:
        step = _step(holder, name, text)
        if isinstance(holder, dict) and holder.get(name) is None:
            holder[name] = {}
        holder, path = holder[step], (*path, step)
    step = _step(holder, names[-1], text)
    holder[step] = read_yaml(value, f"--set {key}").data
    return (*path, step)


def _step(holder: Any, name: str, text: str) -> str | int:
    """The key or index that a name stands for: in a list, an item's id or its number from 0."""
    if isinstance(holder, dict):
        return name
    if not isinstance(holder, list):
        raise CatalogError(f"--set {text}: {name}: unknown key; what stands before it is a plain value")
    ids = [str(item.get("id", i)) if isinstance(item, dict) else str(i) for i, item in enumerate(holder)]
    if name in ids:
        return ids.index(name)
    if name.isdecimal() and int(name) < len(holder):
        return int(name)
    raise CatalogError(f"--set {text}: {name}: unknown{nearest(name, ids)}")


def _sources(extra: Path | None) -> list[_Source]:
    """The packaged files, and those of a user's folder, each with what errors put before their names."""
    sources = [_Source("", _files(DATA))]
    if extra is not None:
        if not extra.is_dir():
            raise CatalogError(f"{extra}: is no folder; name one that holds YAML files of the catalogue")
        sources.append(_Source(f"{extra.as_posix()}/", _files(extra)))
    return sources


def _files(folder: Path) -> dict[str, bytes]:
    folders = (folder, *(folder / kind for kind in (*KINDS, "scenarios", "scenarios/history")))
    paths = [path for holder in folders for path in holder.glob("*") if path.suffix in (".yaml", ".yml")]
    paths += folder.glob(f"{CALIBRATIONS}/*/*{PARQUET}")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}


def _hash(sources: list[_Source]) -> str:
    # where a user's folder stands is no content
    return cache.files_hash(
        {f"{i}/{name}": text for i, source in enumerate(sources) for name, text in source.files.items()}
    )


def _cache_key(sources: list[_Source]) -> str:
    code = {path.name: path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))}
    return cache.files_hash({**code, "content": _hash(sources).encode()})


def _compile(sources: list[_Source]) -> tuple[Catalog, list[str]]:
    """All files as a catalogue, and every error in them."""
    errors: list[str] = []
    blocks: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    scenarios: dict[str, Raw] = {}
    calibrations: dict[str, bytes] = {}
    origins: _Origins = {}
    for prefix, files in sources:
        seen: dict[tuple[str, str], tuple[str, int]] = {}
        for name, content in files.items():
            if name.endswith(PARQUET):
                calibrations[name.removeprefix(f"{CALIBRATIONS}/").removesuffix(PARQUET)] = content
                continue
            kind = name.partition("/")[0] if "/" in name else Path(name).stem
            try:
                document = read_yaml(content, prefix + name)
                if kind == "scenarios":
                    _take_scenario(document, scenarios, origins)
                else:
                    errors += _take_blocks(document, kind, blocks, origins, seen)
            except CatalogError as error:
                errors.append(str(error))
    catalog = Catalog(
        **blocks, scenarios=dict(sorted(scenarios.items())), hash=_hash(sources), calibrations=calibrations
    )
    for (kind, name), (document, path) in origins.items():
        if kind == "scenarios":
            try:
                scenario_of(scenarios[name], catalog)
            except FieldError as error:
                errors.append(str(document.error(error.path, error.text)))
            continue
        for field, text in reference_problems(catalog, kind, blocks[kind][name]):
            errors.append(str(_named(document, path, name, field, text)))
    return catalog, errors


def _take_scenario(document: Document, scenarios: dict[str, Raw], origins: _Origins) -> None:
    path = Path(document.name)
    name = f"history/{path.stem}" if path.parent.name == "history" else path.stem
    if not isinstance(document.data, dict):
        raise document.error((), "is no scenario; write a mapping of keys, `id` first")
    if document.data.get("id") != name:
        raise document.error(("id",), f"is {document.data.get('id')!r}; make it {name!r}, the name of the file")
    scenarios[name] = document.data
    origins["scenarios", name] = document, ()


def _take_blocks(
    document: Document,
    kind: str,
    blocks: dict[str, dict[str, Any]],
    origins: _Origins,
    seen: dict[tuple[str, str], tuple[str, int]],
) -> list[str]:
    """Add the blocks of a file to those of its kind; returns the errors of blocks that are wrong.

    ``seen`` has the file and line of each kind and id that the same folder gave before.
    """
    if kind not in KINDS:
        raise CatalogError(f"{document.name}:1: is no file of the catalogue{nearest(kind, KINDS)}")
    if not isinstance(document.data, list):
        raise document.error((), "is no list of blocks; start each block with `- id: ...`")
    errors = []
    for i, data in enumerate(document.data):
        label = str(data.get("id", f"block {i + 1}")) if isinstance(data, dict) else f"block {i + 1}"
        try:
            block = convert(data, KINDS[kind])
        except FieldError as error:
            errors.append(str(_named(document, (i,), label, error.path, error.text)))
            continue
        if (kind, block.id) in seen:
            name, line = seen[kind, block.id]
            where = f"line {line}" if name == document.name else f"{name}:{line}"
            errors.append(str(_named(document, (i,), label, ("id",), f"is there twice, first at {where}; keep one")))
            continue
        seen[kind, block.id] = document.name, document.line((i,))
        blocks[kind][block.id] = block
        origins[kind, block.id] = document, (i,)
    return errors


def _named(document: Document, at: FieldPath, name: str, field: FieldPath, text: str) -> CatalogError:
    where = f"{name}.{dotted(field)}" if field else name
    return CatalogError(f"{document.name}:{document.line((*at, *field))}: {where}: {text}")


def _plain(record: Any) -> Raw:
    plain: Raw = msgspec.to_builtins(record)
    return plain
