"""Scenes from files: the band to look for hot spots in, and helper bands of the same moment and grid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from launchwatch.feeds.imagery.abi import Band, ImageryError, name_of, read_band

MAIN = 7
"""The band in which hot spots are looked for, 3.9 um."""
HELPERS = (6, 13, 14)
"""Bands that help to tell them: 2.2 um at night, the atmospheric window at 10.3 and 11.2 um."""


@dataclass(frozen=True)
class Scene:
    """One scene.

    Attributes
    ----------
    main : band 7.
    helpers : bands at hand of `HELPERS`, by number.
    """

    main: Band
    helpers: dict[int, Band]


def scenes(paths: Sequence[Path]) -> Iterator[Scene]:
    """Scenes of files in the order of time, read one after another.

    Files belong together that name the same satellite, kind of scene and start. Bands that help with nothing are not
    read.

    Raises
    ------
    ImageryError
        A file that cannot be used; a scene without band 7; two files of one band and scene; a helper on another grid.
    """
    groups: dict[tuple[str, str, str], dict[int, Path]] = {}
    for path in paths:
        name = name_of(path)
        bands = groups.setdefault((name.start, name.platform, name.scene), {})
        if name.band in bands:
            raise ImageryError(f"{path}: is band {name.band} of the same scene as {bands[name.band]}; give one of them")
        bands[name.band] = path
    for bands in groups.values():
        if MAIN not in bands:
            alone = next(iter(bands.values()))
            raise ImageryError(f"{alone}: there is no band {MAIN} of its scene; give that file too, or leave this out")
    for key in sorted(groups):
        bands = groups[key]
        main = read_band(bands[MAIN])
        helpers = {number: read_band(bands[number]) for number in HELPERS if number in bands}
        for number, helper in helpers.items():
            if helper.grid != main.grid:
                raise ImageryError(
                    f"{bands[number]}: its grid is not that of {bands[MAIN].name}; give 2 km files of one scene"
                )
        yield Scene(main, helpers)
