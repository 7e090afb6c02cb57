"""A run as CZML."""

import json

import numpy as np

from launchwatch.core.epochs import parse_utc
from launchwatch.report.globe import globe_czml


def refuse(constant):
    raise AssertionError(f"{constant} in the document")


def test_a_run_becomes_a_document(joint):
    packets = json.loads(globe_czml(joint), parse_constant=refuse)
    ids = [one["id"] for one in packets]
    assert len(set(ids)) == len(ids)
    assert packets[0]["name"] == "EXERCISE - simulated data: Eight flights, two partners"
    kinds = {kind: sum(name.startswith(kind) for name in ids) for kind in ("flight/", "site/", "sight/", "mark/")}
    assert kinds["flight/"] == 8
    assert kinds["site/"] == len(joint.sensors)
    assert kinds["sight/"] > 8
    assert kinds["mark/"] > 16
    start, end = map(parse_utc, packets[0]["clock"]["interval"].split("/"))
    for one in packets[1:]:
        begins, ends = map(parse_utc, one["availability"].split("/"))
        assert start <= begins < ends <= end


def test_samples_of_moving_sensors_go_forward(joint):
    for one in json.loads(globe_czml(joint)):
        samples = one.get("position", {}).get("cartesian", [])
        if "epoch" in one.get("position", {}):
            times = np.array(samples).reshape(-1, 4)[:, 0]
            assert (np.diff(times) > 0).all()


def test_same_view_same_bytes(lofted):
    assert globe_czml(lofted) == globe_czml(lofted)
