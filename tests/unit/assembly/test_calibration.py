from pathlib import Path

import msgspec
import numpy as np
import pytest

from launchwatch.assembly.calibration import (
    CalibrationError,
    CountedEvent,
    Day,
    calibration_of,
    key_of,
    read_calibration,
    write_calibration,
)
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.target_free import seed_of, target_free
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog, load_scenario

CATALOG = load_catalog()
ALONE = target_free("cn", "calibration", 1)


def event(ranking: float, infrared: bool = True) -> CountedEvent:
    return CountedEvent(
        ranking=ranking, kind="fire", first_ns=5, infrared=infrared, warned=False, detections=7, sensors=2
    )


def day(number: int, key: str, *events: CountedEvent, sky: str = "calibration") -> Day:
    return Day(
        key=key, sky=sky, day=number, seed=number, start_ns=0, live_s=86_400.0, played={"fire": 3}, events=events
    )


def with_calibration(content: bytes, key: str, named: str | None = "mine") -> Catalog:
    policies = {name: msgspec.structs.replace(policy, calibration=named) for name, policy in CATALOG.policies.items()}
    return msgspec.structs.replace(CATALOG, policies=policies, calibrations={f"mine/{key}": content})


def test_a_calibration_comes_back_with_what_it_rests_on() -> None:
    days = [day(1, "k", event(3.0), event(-1.0)), day(2, "k", event(2.5, infrared=False))]
    told, events = read_calibration(write_calibration(days, {"partner": "cn"}), "mine/k")
    assert events == [one for each in days for one in each.events]
    assert (told["key"], told["sky"], told["days"], told["live_s"]) == ("k", "calibration", 2, 172_800.0)
    assert told["partner"] == "cn"
    assert told["chain_digest"]


def test_days_of_two_chains_or_skies_make_no_calibration() -> None:
    for days in ([day(1, "k"), day(2, "l")], [day(1, "k"), day(2, "k", sky="counting")], []):
        with pytest.raises(CalibrationError, match="give those of one"):
            write_calibration(days, {})


def test_what_is_no_calibration_is_refused_by_name() -> None:
    with pytest.raises(CalibrationError, match=r"calibrations/mine/k\.parquet: is no calibration"):
        read_calibration(b"not parquet", "mine/k")


def test_the_key_tells_sensors_and_sharing_apart_and_nothing_else() -> None:
    def key(scenario_name: str, partner: str, chain: str, *settings: str) -> str:
        scenario = load_scenario(scenario_name, CATALOG, settings)
        return key_of(CATALOG, scenario, next(iter(scenario.cases)), partner, chain)

    own = key_of(CATALOG, ALONE, ALONE.id, "cn", "alone")
    # the same sensors on another day, in a scenario with a partner, and without one to hear
    assert own == key("joint-warning", "cn", "alone")
    assert own == key("joint-warning", "cn", "alone", "sharing.level=tracks")
    assert own == key_of(CATALOG, target_free("cn", "counting", 9), ALONE.id, "cn", "integrated")
    others = {
        own,
        key("joint-warning", "ru", "alone"),
        key("joint-warning", "cn", "integrated"),
        key("joint-warning", "cn", "integrated", "sharing.level=tracks"),
        key("joint-warning", "cn", "alone", "sensors.exclude=[cn-tjs-2]"),
    }
    assert len(others) == 5


def test_another_figure_of_a_payload_ends_a_calibration() -> None:
    payloads = dict(CATALOG.payloads)
    payloads["tjs-staring"] = msgspec.structs.replace(payloads["tjs-staring"], threshold_snr=6.0)
    changed = msgspec.structs.replace(CATALOG, payloads=payloads)
    assert key_of(changed, ALONE, ALONE.id, "cn", "alone") != key_of(CATALOG, ALONE, ALONE.id, "cn", "alone")


def test_only_a_calibration_of_the_very_chain_counts() -> None:
    key = key_of(CATALOG, ALONE, ALONE.id, "cn", "alone")
    content = write_calibration([day(1, key, event(3.0), event(-1.0), event(9.0, infrared=False))], {})
    found = calibration_of(with_calibration(content, key), ALONE, ALONE.id, "cn", "alone")
    assert found is not None
    assert np.array_equal(found.rankings, [-1.0, 3.0])
    assert found.live_s == 86_400.0
    assert calibration_of(with_calibration(content, key, None), ALONE, ALONE.id, "cn", "alone") is None
    joint = load_scenario("joint-warning", CATALOG, ())
    case = next(iter(joint.cases))
    shared = calibration_of(with_calibration(content, key), joint, case, "cn", "integrated")
    assert shared is not None
    assert shared.sensors is not None
    assert all(name.startswith("cn-") for name in shared.sensors)
    assert calibration_of(with_calibration(content, key), joint, case, "ru", "integrated") is None
    assert calibration_of(with_calibration(content, key), joint, case, "cn", "alone") is not None
    # a file under the key of a chain that it is not of
    with pytest.raises(CalibrationError, match="key: is"):
        calibration_of(with_calibration(write_calibration([day(1, "k")], {}), key), ALONE, ALONE.id, "cn", "alone")


def test_a_lane_takes_its_calibration_unless_it_is_told_not_to() -> None:
    key = key_of(CATALOG, ALONE, ALONE.id, "cn", "alone")
    catalog = with_calibration(write_calibration([day(1, key, event(3.0))], {}), key)
    lane, bare = (
        make_lane(catalog, ALONE, ALONE.id, "cn", "alone", None, calibrated=calibrated) for calibrated in (True, False)
    )
    stated, silent = (
        next(stage for stage in one._stages if stage.topic == "assessments").calibration  # type: ignore[attr-defined]
        for one in (lane, bare)
    )
    assert stated is not None
    assert stated.id == f"mine/{key}"
    assert silent is None


def test_a_users_folder_may_hold_calibrations(tmp_path: Path) -> None:
    key = key_of(CATALOG, ALONE, ALONE.id, "cn", "alone")
    folder = tmp_path / "calibrations" / "mine"
    folder.mkdir(parents=True)
    (folder / f"{key}.parquet").write_bytes(write_calibration([day(1, key, event(3.0))], {}))
    found = load_catalog(tmp_path)
    assert f"mine/{key}" in found.calibrations
    assert found.hash != CATALOG.hash


def test_no_two_days_share_a_seed() -> None:
    seeds = [seed_of(sky, day) for sky in ("calibration", "counting") for day in range(1, 400)]
    assert len(set(seeds)) == len(seeds)
