"""Studies of false alarms over minutes of live time, and how stated rates are held against counted ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from launchwatch.assembly.calibration import CalibrationError, read_calibration
from launchwatch.cli.main import app
from launchwatch.processing.assessments.far import DAY_S, Calibration
from launchwatch.study.calibrate import calibrate
from launchwatch.study.ensemble import Ensemble, days_of
from launchwatch.study.far_check import at_stated, check, levels, within

TINY = Ensemble("cn", "calibration", 2, 0.3, ("cn-tjs-5",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def made(folder: Path) -> Any:
    return calibrate(TINY, folder)


def test_a_calibration_of_minutes(made: Any) -> None:
    assert made["live_days"] == pytest.approx(2 * 0.3 / 24.0)
    told, events = read_calibration(Path(made["file"]).read_bytes(), "tiny")
    assert told["key"] == made["key"]
    assert told["sensors"] == ["cn-tjs-5"]
    assert len(events) == made["events"]
    assert sum(one["events"] for one in made["kinds"].values()) == made["events"]


def test_days_that_are_done_are_not_played_again_and_the_same_seed_gives_the_same_day(
    made: Any, folder: Path, tmp_path: Path
) -> None:
    told: list[int] = []
    days = days_of(TINY, folder, 1, lambda day, left: told.append(day.day))
    assert told == []
    assert [day.day for day in days] == [1, 2]
    (one,) = days_of(Ensemble("cn", "calibration", 1, 0.3, ("cn-tjs-5",)), tmp_path)
    assert one == days[0]
    file = next(folder.glob("calibration-*/day-0002.json"))
    text = file.read_bytes()
    file.write_bytes(text[:-20])
    with pytest.raises(CalibrationError, match="delete it, and it is played again"):
        days_of(TINY, folder)
    file.write_bytes(text)


def test_a_count_under_another_sky_writes_its_table_and_its_plot(made: Any, tmp_path: Path) -> None:
    found = check(Path(made["file"]), 1, tmp_path, "counting")
    assert found["counted"]["sky"] == "counting"
    assert found["counted"]["live_days"] == pytest.approx(0.3 / 24.0)
    assert (tmp_path / "far-check.json").is_file()
    assert (tmp_path / "stated-against-counted.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(CalibrationError, match="count under another"):
        check(Path(made["file"]), 1, tmp_path, "calibration")


def test_numbers_that_make_no_ensemble_are_refused(tmp_path: Path) -> None:
    for ensemble in (Ensemble("cn", "calibration", 1, 0.0), Ensemble("cn", "calibration", 1, 25.0)):
        with pytest.raises(CalibrationError, match="hours"):
            days_of(ensemble, tmp_path)


def test_equal_rates_agree_and_a_threefold_rate_does_not() -> None:
    rng = np.random.default_rng(5)
    calibration = Calibration("c", np.sort(rng.normal(0.0, 3.0, 900)), 30.0 * DAY_S)
    same = levels(calibration, np.sort(rng.normal(0.0, 3.0, 900)), 30.0 * DAY_S)
    judged, agree = within(same)
    assert judged > 800
    assert agree == judged
    assert all(level.low <= level.rate <= level.high for level in same)
    judged, agree = within(levels(calibration, np.sort(rng.normal(0.0, 3.0, 2700)), 30.0 * DAY_S))
    assert agree < 0.1 * judged
    # half the live time twice the rate: it is the rate that counts, not the number
    judged, agree = within(levels(calibration, np.sort(rng.normal(0.0, 3.0, 450)), 15.0 * DAY_S))
    assert agree == judged


def test_levels_end_where_no_rate_is_stated() -> None:
    calibration = Calibration("c", np.arange(30.0), 30.0 * DAY_S)
    found = levels(calibration, np.array([5.0, 28.5, 40.0]), 10.0 * DAY_S)
    assert [level.ranking for level in found] == [5.0, 28.5]
    assert found[0].counted == 3
    assert found[0].stated == pytest.approx(26 / 30)
    level = at_stated(found, 0.1)
    assert level is not None
    assert level.ranking == 28.5
    assert at_stated(found, 0.01) is None


def test_the_commands() -> None:
    done = CliRunner().invoke(app, ["study"])
    assert done.exit_code == 0
    assert "calibrate" in done.output
    assert "far-check" in done.output
    assert "calibration drawn-skies/" in done.output


def test_calibrate_by_the_command(folder: Path, made: Any) -> None:
    arguments = ["study", "calibrate", "--partner", "cn", "--sensor", "cn-tjs-5", "--hours", "0.3", "--runs", "2"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(folder), "--quiet", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert made["key"] in done.stdout
