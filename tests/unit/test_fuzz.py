"""The fuzz runner: the same index brings the same input back, and what goes wrong is told and kept."""

import random
from pathlib import Path

import fuzz
import pytest


@pytest.mark.parametrize("name", sorted(fuzz.TARGETS))
def test_an_index_brings_its_input_back(name: str, tmp_path: Path) -> None:
    target = fuzz.TARGETS[name]
    cases = target.cases(tmp_path)
    first = [fuzz.input_of(target, cases, 3, index) for index in range(30)]
    again = [fuzz.input_of(target, cases, 3, index) for index in reversed(range(30))]
    assert first == again[::-1]
    good = {case.content for case in cases}
    assert sum(case.content not in good for case in first) > 20


@pytest.mark.parametrize("name", sorted(fuzz.TARGETS))
def test_a_short_run_finds_neither_crash_nor_hang(name: str) -> None:
    counts = fuzz.fuzz(name, seed=7, first=0, count=60, minutes=5.0)
    assert counts["inputs"] == 60
    assert counts["read"] + counts["refused"] == 60
    assert counts["refused"] > 0


def test_what_takes_too_long_is_a_hang_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "LIMIT_S", 0.0)  # nothing is so fast
    monkeypatch.setattr(fuzz, "KEPT", tmp_path)
    counts = fuzz.fuzz("catalogue", seed=7, first=5, count=1, minutes=5.0)
    assert counts["hangs"] == 1
    assert "catalogue --seed 7 --first 5 --count 1: hang" in capsys.readouterr().out
    assert [path.name.startswith("catalogue-7-5-") for path in tmp_path.iterdir()] == [True]


def test_damage_of_every_kind_leaves_bytes() -> None:
    content = b"- id: one\n  mass_kg: 10.0\n" * 20
    made = {fuzz.damaged_text(content, content, random.Random(index)) for index in range(300)}  # noqa: S311
    assert len(made) > 250
    assert fuzz.damaged_bytes(b"", b"", random.Random(1)) == b""  # noqa: S311
