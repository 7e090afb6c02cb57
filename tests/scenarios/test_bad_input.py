"""Bad input: one line on standard error that names the nearest valid name, exit code 2, nothing half-written."""

import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.small import ONE_CASE

MAIN = "from launchwatch.cli.main import main; main()"


def refused(*arguments: object) -> str:
    """The one line that the command line says of a bad input."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def scenario_file(folder: Path, before: str, after: str) -> Path:
    """The small scenario with one thing changed, in a folder of its own."""
    assert before in ONE_CASE
    file = folder / "one-case.yaml"
    file.write_text(ONE_CASE.replace(before, after))
    return file


def test_unknown_scenario(tmp_path: Path) -> None:
    assert "hwasong-15-2017" in refused("run", "hwasong-15-2071", "--out", tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("sharing.levle=tracks", "level"),
        ("sharing.level=track", "tracks"),
        ("sensors.only=[us-sbirs-geo-11]", "us-sbirs-geo-1"),
        ("sharing.delay_s=.nan", "delay_s"),
        ("sharing.delay_s=-1", "delay_s"),
        ("launches.hwasong-15.time=2017-11-28T18:18:00", "Z"),
        ("launches.hwasong-15.booster=hwasong15", "hwasong-15"),
        ("launches.hwasong15.booster=hwasong-15", "hwasong-15"),
        ("weather.cloud_top_km", "KEY=VALUE"),
    ],
)
def test_wrong_setting_names_the_field_and_the_nearest_valid_name(setting: str, named: str, tmp_path: Path) -> None:
    line = refused("run", "hwasong-15-2017", "--set", setting, "--out", tmp_path / "run")
    assert setting.partition("=")[0] in line
    assert named in line.replace(setting, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("sources: ['A case of joint-warning']\n", "", "sources"),
        ("time: 2026-08-20T20:00:00Z", "time: 2026-08-20T20:00:00", "time"),
        ("lat_deg: 15.0", "lat_deg: .nan", "lat_deg"),
        ("booster: trident-d5", "booster: trident-d6", "trident-d5"),
        ("partners: [ru, cn]", "partners: [ru, cx]", "cn"),
    ],
)
def test_wrong_scenario_file_names_file_line_and_field(before: str, after: str, field: str, tmp_path: Path) -> None:
    file = scenario_file(tmp_path, before, after)
    line = refused("run", file, "--out", tmp_path / "run")
    assert f"{file}:" in line
    assert field in line
    assert list(tmp_path.iterdir()) == [file]


def test_negative_sigma_in_a_folder_of_own_blocks(tmp_path: Path) -> None:
    from launchwatch.catalog.loader import load_catalog, show_record

    folder = tmp_path / "own"
    folder.mkdir()
    block = show_record("payloads", "sbirs-staring", load_catalog())
    text = "\n".join(f"  {key}: {value!r}" for key, value in block.items() if isinstance(value, str | int | float))
    (folder / "payloads.yaml").write_text("- " + text.strip().replace("sigma_urad: ", "sigma_urad: -", 1) + "\n")
    line = refused("run", "hwasong-15-2017", "--catalog", folder, "--out", tmp_path / "run")
    assert "sigma_urad" in line
    assert "payloads.yaml:" in line
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_holds_something_is_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    kept = folder / "summary.json"
    kept.write_text("{}")
    assert str(folder) in refused("run", "hwasong-15-2017", "--out", folder)
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == [kept]
    assert kept.read_text() == "{}"


def test_out_under_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("here first")
    assert str(file) in refused("run", "hwasong-15-2017", "--out", file / "run")
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "here first"


def test_a_target_out_of_reach_leaves_nothing(tmp_path: Path) -> None:
    setting = "launches.hwasong-15.trajectory.apogee_km=900000"
    refused("run", "hwasong-15-2017", "--set", setting, "--out", tmp_path / "deep" / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["replay", "verify"])
def test_a_folder_that_is_no_run(command: str, tmp_path: Path) -> None:
    assert str(tmp_path) in refused(command, tmp_path)


@pytest.mark.parametrize("option", [("--seed", "-1"), ("--seeed", "1")])
def test_bad_usage_is_exit_code_2(option: tuple[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "run", "hwasong-15-2017", *option, "--out", str(tmp_path / "run")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert list(tmp_path.iterdir()) == []
