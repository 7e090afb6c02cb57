"""The report as one file."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from msgspec.structs import replace as changed

from launchwatch.messages.warnings import Warning as WarningRecord
from launchwatch.report.html import render_html
from launchwatch.report.land import rings

from . import sample

HOSTILE = (
    """</script></style><script>alert(1)</script>"><img src="https://e.org/x" onerror='alert(2)'>"""
    """$\\frac{&amp;{{ 7*7 }}"""
)


class Page(HTMLParser):
    """Elements, ids and words of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.words, self._script = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._script = tag == "script"
        if self._script:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._script = self._script and tag != "script"

    def handle_data(self, data):
        if self._script:
            self.scripts[-1] += data
        else:
            self.words.append(data)


@pytest.fixture(scope="module")
def lofted_html(lofted):
    return render_html(lofted)


@pytest.fixture(scope="module")
def page(lofted_html):
    return Page(lofted_html)


def test_same_view_same_bytes(lofted, lofted_html):
    np.random.seed(99)  # noqa: NPY002  the global generator must not matter
    assert render_html(sample.lofted_view()) == lofted_html


def test_another_process_makes_the_same_bytes(lofted_html):
    folder = re.sub(r"[^/\\]+$", "", sample.__file__)
    code = (
        f"import sys; sys.path.insert(0, {folder!r}); import sample, hashlib\n"
        "from launchwatch.report.html import render_html\n"
        "print(hashlib.sha256(render_html(sample.lofted_view()).encode()).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(lofted_html.encode()).hexdigest()


def test_nothing_is_fetched(page):
    outside = re.compile(r"^(?!data:,$|#)")
    for tag, attributes in page.elements:
        assert tag not in {"iframe", "object", "embed", "base"}
        for name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster"):
            assert not outside.match(attributes.get(name, "#")), (tag, attributes)
        assert "url(" not in attributes.get("style", "").replace("url(#", "")


def test_the_policy_allows_the_one_script_and_no_request(page):
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    data, script = page.scripts
    assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert set(json.loads(data)) == {"land", "cases"}


def test_ids_are_unique_and_references_resolve(page):
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    for _, attributes in page.elements:
        for target in re.findall(r"#([\w-]+)\)", " ".join(str(v) for v in attributes.values())):
            assert target in ids
        if "xlink:href" in attributes:
            assert attributes["xlink:href"][1:] in ids


def test_figures_are_numbered_captioned_and_marked(lofted_html, page):
    numbers = [int(n) for n in re.findall(r"<figcaption><b>Figure (\d+)\.</b>", lofted_html)]
    assert numbers == [1, 2, 3, 4, 5]
    assert [int(n) for n in re.findall(r"<b>Table (\d+)\.</b>", lofted_html)] == [1, 2, 3, 4, 5]
    figures = re.findall(r"<svg.*?</svg>", lofted_html, flags=re.S)
    assert len(figures) == 4
    for figure in figures:
        assert "EXERCISE - simulated data" in figure
        assert 'role="img"' in figure
    captions = re.findall(r"<figcaption>.*?</figcaption>", lofted_html, flags=re.S)
    assert all("EXERCISE - simulated data" in caption for caption in captions)
    assert "<title>EXERCISE - simulated data" in lofted_html


def test_words_of_figures_are_not_rounded(lofted_html):
    """Coordinates lose digits to save bytes; tick labels must not."""
    assert ">0.005<" in svg_with_label()


def svg_with_label():
    from launchwatch.report.style import drawing, new_figure, svg_of

    with drawing():
        figure = new_figure(1.0)
        figure.text(0.123456, 0.5, "0.005")
        return svg_of(figure, "k", "mark", "label")


def test_hostile_words_stay_words(lofted):
    """Every text of the data, in every place where it may come from outside."""
    launch = lofted.summary["launches"][0]
    view = replace(
        lofted,
        scenario={**lofted.scenario, "title": HOSTILE, "sources": [HOSTILE]},
        summary={
            **lofted.summary,
            "scenario": HOSTILE,
            "version": HOSTILE,
            "launches": [{**launch, "booster": HOSTILE}],
        },
        sensors=[{**one, "name": HOSTILE, "source": HOSTILE, "confidence": HOSTILE} for one in lofted.sensors],
        figures=[{**one, "name": HOSTILE, "unit": HOSTILE, "source": HOSTILE} for one in lofted.figures],
        warnings={
            key: [
                changed(one, payload=changed(one.payload, event=HOSTILE, reason=HOSTILE))
                for one in envelopes
                if isinstance(one.payload, WarningRecord)
            ]
            for key, envelopes in lofted.warnings.items()
        },
    )
    text = render_html(view)
    page = Page(text)
    assert len(page.scripts) == 2
    assert json.loads(page.scripts[0])["cases"]
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    # expected once each: title, heading, and the document's own words; never as markup
    assert HOSTILE in "".join(page.words)
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", text)[0]


def test_a_hostile_name_of_a_launch_and_of_a_partner(lofted):
    launch = lofted.summary["launches"][0]
    renamed = {HOSTILE if key == "us" else key: value for key, value in launch["partners"].items()}
    flight = lofted.flights["lofted"]
    view = replace(
        lofted,
        scenario={**lofted.scenario, "partners": ["jp", "kr", HOSTILE], "launches": [{"id": HOSTILE}]},
        summary={
            **lofted.summary,
            "launches": [{**launch, "id": HOSTILE, "partners": renamed}],
            "partners": {HOSTILE if key == "us" else key: v for key, v in lofted.summary["partners"].items()},
        },
        flights={HOSTILE: changed(flight, launch=HOSTILE)},
        looks={(HOSTILE, partner, chain): value for (_, partner, chain), value in lofted.looks.items()},
        regions={HOSTILE: sample.REGIONS["jp"]},
    )
    page = Page(render_html(view))
    assert len(page.scripts) == 2
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_a_run_in_which_nothing_was_seen(joint):
    never = dict.fromkeys(joint.summary["launches"][-1]["partners"]["ru"]["alone"])
    none = {"threatened": False, "alone": never, "integrated": never,
            "gain_s": dict.fromkeys(("first_detection", "warning", "confirmed"))}  # fmt: skip
    launches = [{**one, "partners": {"ru": none, "cn": none}, "errors": []} for one in joint.summary["launches"][:1]]
    text = render_html(
        replace(joint, summary={**joint.summary, "launches": launches}, events=[], looks={}, warnings={}, sensors=[],
                figures=[])
    )  # fmt: skip
    assert "No sensor detected it." in text
    assert "no estimate" in text
    assert "never" in text


def test_every_case_has_its_section(joint):
    text = render_html(joint)
    assert text.count('<section class="case"') == 8
    numbers = [int(n) for n in re.findall(r"<figcaption><b>Figure (\d+)\.</b>", text)]
    assert numbers == list(range(1, 8 * 4 + 2))
    assert "NaN" not in Page(text).scripts[0]


def test_the_globe_has_the_land_and_the_flights(lofted, page):
    data = json.loads(page.scripts[0])
    assert len(data["land"]) == len(rings("110"))
    steps = np.array(data["land"][0]).reshape(-1, 2)
    assert np.cumsum(steps, axis=0) / 100 == pytest.approx(rings("110")[0])
    flight = data["cases"][0]["flights"][0]
    truth = lofted.flights["lofted"]
    assert flight["t"][0] == 0
    assert flight["t"][-1] == pytest.approx(truth.impact_s, abs=0.1)  # rounded to 0.1 s
    assert len(flight["p"]) == 3 * len(flight["t"]) == 3 * len(flight["h"])
    assert max(flight["h"]) == pytest.approx(truth.apogee_km, rel=0.01)  # thinned, and over an ellipsoid
