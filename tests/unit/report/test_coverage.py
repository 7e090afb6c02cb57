"""The page and the lines of coverage."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from coverage_sky import CATALOG
from launchwatch.assembly.coverage.cover import Request, coverage
from launchwatch.assembly.coverage.folder import refuse_full, write_coverage
from launchwatch.report.coverage import MARK, lines_of, render_coverage


@cache
def document(name: str = "ru-konteyner") -> dict[str, Any]:
    return coverage(CATALOG, Request(sensor=name))


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    page = render_coverage(document())
    assert "<script" not in page
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)
    assert page == render_coverage(document())


def test_every_figure_carries_the_watermark_and_a_caption() -> None:
    page = render_coverage(document())
    assert page.count("<figcaption>") == page.count("<svg ") == 6
    assert page.count(f">{MARK}<") >= 6
    assert "over the horizon: part of the azimuths" in page


@pytest.mark.parametrize("owner", ["ru", "us"])
def test_captions_are_the_same_for_every_country(owner: str) -> None:
    name = {"ru": "ru-armavir", "us": "us-beale"}[owner]
    one, other = (
        re.findall(r"<figcaption>(.*?)</figcaption>", render_coverage(document(sensor)), flags=re.S)
        for sensor in (name, "gb-fylingdales")
    )
    assert one == other


def test_strings_are_escaped() -> None:
    page = render_coverage(document() | {"sensor": "<b>x", "left_out": [{"id": "a", "why": "<i>why"}]})
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page
    assert "&lt;i&gt;why" in page


def test_lines_name_each_launch_area_and_what_was_left_out() -> None:
    text = "\n".join(lines_of(document() | {"left_out": [{"id": "a", "why": "too old"}]}))
    assert all(one["name"] in text for one in document()["regions"])
    assert "too old" in text
    assert "error of sampling" in text


def test_a_folder_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "maps"
    write_coverage(document(), folder)
    assert {one.name for one in folder.iterdir()} == {"coverage.json", "coverage.html"}
    with pytest.raises(ValueError, match="holds something already"):
        refuse_full(folder)
    with pytest.raises(ValueError, match="holds something already"):
        refuse_full(folder / "coverage.json")
