import ast
from pathlib import Path
from typing import Any

import pytest

import launchwatch
from launchwatch.messages.watermarks import marked, watermark

PACKAGE = Path(launchwatch.__file__).parent


@pytest.mark.parametrize(
    ("purpose", "origin", "words"),
    [
        ("exercise", ("simulated",), "EXERCISE EXERCISE EXERCISE. Simulated data."),
        ("exercise", ("live",), "EXERCISE EXERCISE EXERCISE."),
        ("test", ("recorded", "simulated"), "TEST TEST TEST. Simulated data."),
        ("operations", ("live", "simulated"), "Simulated data."),
        ("operations", ("live",), ""),
    ],
)
def test_marks(purpose: Any, origin: Any, words: str) -> None:
    assert watermark(purpose, origin) == words
    assert marked("Take shelter.", purpose, origin) == f"{words} Take shelter.".strip()


def test_no_line_of_the_package_arms_a_node() -> None:
    found = [
        f"{path.name}:{node.value.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "armed"
        if not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]
    assert found == []
