from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.document import dotted, read_yaml
from launchwatch.catalog.loader import CatalogError


def test_lines_of_keys_and_items() -> None:
    document = read_yaml("- id: a\n  list:\n    - 1\n    - b: 2\n- id: c\n", "f.yaml")
    assert document.data == [{"id": "a", "list": [1, {"b": 2}]}, {"id": "c"}]
    assert document.line((0, "list", 1, "b")) == 4
    assert document.line((1, "id")) == 5
    assert document.line((0, "list", 1, "missing")) == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e6", 1e6), ("1", 1), ("-2.5E-3", -2.5e-3), (".5", 0.5), (".inf", math.inf), ("-.inf", -math.inf),
        ("null", None), ("~", None), ("", None), ("true", True), ("[a, b]", ["a", "b"]), ("{a: 1}", {"a": 1}),
        ("no", "no"), ("on", "on"), ("'1'", "1"), ("2017-11-28", "2017-11-28"), ("12:30", "12:30"), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert read_yaml(f"key: {text}", "f.yaml").data == {"key": value}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3: a: is there twice, first at line 1; keep one"),
        ("a: 1\nb: !!python/object:os.system x\n", "f.yaml:2: tag"),
        ("a: !include /etc/passwd\n", "f.yaml:1: tag !include is refused"),
        ("a: &x 1\nb: *x\n", "f.yaml:1: anchors and aliases"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: a second document"),
        ("a: 1\nb: [1, 2\n", "f.yaml:3: is not YAML"),
        ("a: 1\n\tb: 2\n", "f.yaml:2: is not YAML"),
        ("a: 1\nb: \x07\n", "f.yaml:2: holds a character"),
        ("? [1]\n: 2\n", "f.yaml:1: a list or mapping is no key"),
        ("a: " + "[" * 40 + "]" * 40, "f.yaml:1: is nested deeper"),
    ],
)
def test_refused_yaml_names_its_line(text: str, error: str) -> None:
    with pytest.raises(CatalogError) as refused:
        read_yaml(text, "f.yaml")
    assert str(refused.value).startswith(error)
    assert "\n" not in str(refused.value)


def test_other_encodings_are_refused() -> None:
    with pytest.raises(CatalogError, match=r"f\.yaml:2: is not UTF-8"):
        read_yaml(b"a: 1\nb: \xff\n", "f.yaml")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    message = ""
    try:
        read_yaml(text, "f.yaml")
    except CatalogError as error:
        message = str(error)
    assert len(message.splitlines()) <= 1


def test_paths_as_people_write_them() -> None:
    assert dotted(("stages", 0, "burn_s")) == "stages[0].burn_s"
    assert dotted((2, "id")) == "[2].id"
