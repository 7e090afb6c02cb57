"""KML: flights for Google Earth and other viewers.

Format: OGC 07-147r2, KML 2.2 (2008), and Google's gx:Track (2010), which plays along the time slider.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS, format_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.formats.ephemeris import Ephemeris, EphemerisError

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
)
_NOTE = (
    "Heights are above the WGS-84 ellipsoid; viewers take them as above mean sea level, which lies within 110 m of it."
)
# Colours are aabbggrr
_STYLES = (
    '<Style id="path"><LineStyle><color>ff0ac2ff</color><width>2</width></LineStyle>'
    "<PolyStyle><color>300ac2ff</color></PolyStyle></Style>",
    '<Style id="ground"><LineStyle><color>b0ffffff</color><width>1.5</width></LineStyle></Style>',
    '<Style id="moving"><IconStyle><scale>0.8</scale></IconStyle>'
    "<LineStyle><color>ff0ac2ff</color><width>3</width></LineStyle></Style>",
    '<Style id="marker"><IconStyle><color>ff005ed5</color><scale>0.9</scale></IconStyle>'
    "<LineStyle><color>80ffffff</color><width>1</width></LineStyle></Style>",
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def kml_document(name: str, objects: Sequence[Ephemeris], comments: Sequence[str] = ()) -> bytes:
    """Flights as a KML document.

    Each object is a folder: its path with a curtain down to the ground, its ground track, its markers, and a point that
    moves along the time slider.

    Parameters
    ----------
    name : title; what simulated data touched says so here.
    objects : at least one.
    comments : lines of the description.

    Returns
    -------
    bytes
        UTF-8 XML, the same bytes for the same input.

    Raises
    ------
    EphemerisError
        No object, or a text with a sign that XML cannot hold.
    """
    if not objects:
        raise EphemerisError("a KML document without an object shows nothing; give at least one")
    description = "\n".join([*comments, _NOTE])
    lines = [_HEAD, "<Document>", f"<name>{_text(name)}</name>", "<open>1</open>"]
    lines += [f"<description>{_text(description)}</description>", *_STYLES]
    for one in objects:
        lines += _folder(one)
    return "\n".join([*lines, "</Document>", "</kml>", ""]).encode("utf-8")


def _folder(one: Ephemeris) -> list[str]:
    times = one.shown_s()
    points = _points(one.at(times)[0])
    line = " ".join(points)
    flat = " ".join(point.rpartition(",")[0] for point in points)
    return [
        "<Folder>",
        f"<name>{_text(one.name)}</name>",
        "<open>1</open>",
        *_placemark("flight", "moving", [
            "<gx:Track>",
            "<altitudeMode>absolute</altitudeMode>",
            *(f"<when>{_utc(one, t)}</when>" for t in times.tolist()),
            *(f"<gx:coord>{point.replace(',', ' ')}</gx:coord>" for point in points),
            "</gx:Track>",
        ]),
        *_placemark("path", "path", [
            "<LineString>",
            "<extrude>1</extrude>",
            "<altitudeMode>absolute</altitudeMode>",
            f"<coordinates>{line}</coordinates>",
            "</LineString>",
        ]),
        *_placemark("ground track", "ground", [
            "<LineString>",
            "<tessellate>1</tessellate>",
            "<altitudeMode>clampToGround</altitudeMode>",
            f"<coordinates>{flat}</coordinates>",
            "</LineString>",
        ]),
        *(text for marker in one.markers for text in _marker(one, marker.name, marker.t_s)),
        "</Folder>",
    ]  # fmt: skip


def _marker(one: Ephemeris, name: str, t_s: float) -> list[str]:
    position = one.at([t_s])[0]
    height_km = float(geodetic_from_itrf(position)[2][0]) / 1e3
    point = [
        "<Point>",
        "<extrude>1</extrude>",
        "<altitudeMode>absolute</altitudeMode>",
        f"<coordinates>{_points(position)[0]}</coordinates>",
        "</Point>",
    ]
    about = [f"<description>{t_s:.1f} s after lift-off, height {height_km:z.1f} km</description>"]
    about += ["<TimeSpan>", f"<begin>{_utc(one, t_s)}</begin>", "</TimeSpan>"]
    return _placemark(name, "marker", point, about)


def _placemark(name: str, style: str, geometry: list[str], about: Sequence[str] = ()) -> list[str]:
    """A placemark; `about` is its description and time, which the schema wants before the style."""
    head = ["<Placemark>", f"<name>{_text(name)}</name>", *about, f"<styleUrl>#{style}</styleUrl>"]
    return [*head, *geometry, "</Placemark>"]


def _points(position_m: FloatArray) -> list[str]:
    """Longitude, latitude and height of positions (n, 3), as KML writes them: degrees to 1e-7, metres to 0.1."""
    lat, lon, height = geodetic_from_itrf(position_m)
    return [f"{x:z.7f},{y:z.7f},{z:z.1f}" for x, y, z in zip(lon, lat, height, strict=True)]


def _utc(one: Ephemeris, t_s: float) -> str:
    return format_utc(one.time_ns + round(t_s * NS), 3)


def _text(text: str) -> str:
    found = _NOT_XML.search(text)
    if found is not None:
        raise EphemerisError(f"text {text!r} holds {found[0]!r}, which XML cannot; leave it out")
    return escape(text)
