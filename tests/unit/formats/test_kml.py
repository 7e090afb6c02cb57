from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.formats.ephemeris import EphemerisError
from launchwatch.formats.kml import kml_document
from unit.formats.arcs import END_S, KINK_S, START, arcs, state

KML, GX = "{http://www.opengis.net/kml/2.2}", "{http://www.google.com/kml/ext/2.2}"
# Children in the order of the schema (OGC 07-147r2, annex A, and Google's extension), as far as they are written
ORDER = {
    "kml": ["Document"],
    "Document": ["name", "open", "description", "Style", "Folder"],
    "Folder": ["name", "open", "Placemark"],
    "Placemark": ["name", "description", "TimeSpan", "styleUrl", "Point", "LineString", "Track"],
    "TimeSpan": ["begin"],
    "Style": ["IconStyle", "LineStyle", "PolyStyle"],
    "IconStyle": ["color", "scale"],
    "LineStyle": ["color", "width"],
    "PolyStyle": ["color"],
    "Point": ["extrude", "altitudeMode", "coordinates"],
    "LineString": ["extrude", "tessellate", "altitudeMode", "coordinates"],
    "Track": ["altitudeMode", "when", "coord"],
}


def root(*objects, name="EXERCISE - simulated data: test", comments=()):
    return ElementTree.fromstring(kml_document(name, objects or (arcs(),), comments))  # noqa: S314 # our own text


def local(element) -> str:
    return element.tag.rpartition("}")[2]


def placemarks(tree):
    return {one.find(f"{KML}name").text: one for one in tree.iter(f"{KML}Placemark")}


def itrf(rows) -> np.ndarray:
    lon, lat, height = np.array(rows, dtype=float).T
    return itrf_from_geodetic(lat, lon, height)


def coordinates(placemark) -> list[list[float]]:
    return [[float(x) for x in point.split(",")] for point in placemark.find(f".//{KML}coordinates").text.split()]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    for element in root(arcs(), arcs(id="other"), comments=("a", "b")).iter():
        children = [local(child) for child in element]
        order = ORDER.get(local(element), [])
        assert children == sorted(children, key=order.index)
        if local(element) not in ("Style", "Document", "Folder", "Track"):
            assert len(set(children)) == len(children)


def test_styles_that_are_named_are_there() -> None:
    tree = root()
    known = {f"#{style.get('id')}" for style in tree.iter(f"{KML}Style")}
    assert {url.text for url in tree.iter(f"{KML}styleUrl")} == known


def test_the_track_plays_the_flight() -> None:
    track = placemarks(root())["flight"].find(f"{GX}Track")
    when = [parse_utc(one.text) for one in track.findall(f"{KML}when")]
    where = [one.text.split() for one in track.findall(f"{GX}coord")]
    assert len(when) == len(where)
    assert when == sorted(set(when))
    seconds = (np.array(when) - START) / NS
    assert seconds[0] == 0.0
    assert seconds[-1] == END_S
    assert np.diff(seconds).max() <= 10.0
    assert KINK_S in seconds
    # degrees are rounded to 0.5e-7, 6 mm, and heights to 0.05 m
    assert np.linalg.norm(itrf(where) - state(seconds)[0], axis=-1).max() < 0.06


def test_path_and_ground_track() -> None:
    found = placemarks(root())
    path, ground = coordinates(found["path"]), coordinates(found["ground track"])
    assert found["path"].find(f"{KML}LineString/{KML}altitudeMode").text == "absolute"
    assert found["path"].find(f"{KML}LineString/{KML}extrude").text == "1"
    assert found["ground track"].find(f"{KML}LineString/{KML}altitudeMode").text == "clampToGround"
    assert [point[:2] for point in path] == ground
    first, last = state(np.array([0.0, END_S]))[0]
    np.testing.assert_allclose(itrf(path[:1])[0], first, atol=0.1)  # 0.05 m of height and 6 mm along
    np.testing.assert_allclose(itrf(path[-1:])[0], last, atol=0.1)


def test_markers_appear_when_they_are_reached() -> None:
    burnout = placemarks(root())["burnout"]
    (begin,) = burnout.find(f"{KML}TimeSpan")
    assert (local(begin), parse_utc(begin.text)) == ("begin", START + int(KINK_S) * NS)
    np.testing.assert_allclose(itrf(coordinates(burnout))[0], state(np.array([KINK_S]))[0][0], atol=0.1)
    assert burnout.find(f"{KML}description").text.startswith("40.0 s after lift-off, height ")


XML_SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")


@given(st.text(XML_SIGNS, max_size=40))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    tree = root(arcs(name=text), name=text, comments=(text,))
    assert (tree.find(f"{KML}Document/{KML}name").text or "") == text
    assert (tree.find(f"{KML}Document/{KML}Folder/{KML}name").text or "") == text
    assert tree.find(f"{KML}Document/{KML}description").text.startswith(text)


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(EphemerisError, match="which XML cannot"):
        kml_document("a\x00b", [arcs()])
    with pytest.raises(EphemerisError, match="without an object"):
        kml_document("empty", [])


def test_same_input_same_bytes() -> None:
    assert kml_document("t", [arcs()]) == kml_document("t", [arcs()])
