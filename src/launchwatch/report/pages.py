"""Templates and assets that the pages share."""

from __future__ import annotations

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined


@functools.cache
def templates() -> Environment:
    """The templates; every string put into them is escaped."""
    return Environment(
        loader=PackageLoader(__package__ or "launchwatch.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def asset(name: str) -> str:
    """A file beside the templates, as it is."""
    loader = templates().loader
    if loader is None:
        raise ValueError(f"{name}: the report's templates have no loader")
    return loader.get_source(templates(), name)[0]
