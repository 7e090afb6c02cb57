"""Our OEM files read and interpolated by another reader (oem, Brad Sease, 2018-2025), frames against skyfield."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from launchwatch.assembly.flight.output import ephemeris_of, write_flight
from launchwatch.catalog.loader import load_catalog
from launchwatch.core.celestial import itrf_turn
from launchwatch.core.epochs import NS, julian_date, parse_utc
from launchwatch.formats.ephemeris import BOUND_M, Ephemeris
from launchwatch.formats.oem_reader import read_oem
from launchwatch.sim.truth.aim import aim_apogee_range, aim_impact
from launchwatch.sim.truth.bodies import Body
from launchwatch.sim.truth.flight import Trajectory, fly

oem = pytest.importorskip("oem")
astropy_time = pytest.importorskip("astropy.time")

LEAP = "2016-12-31T23:50:00Z"  # a leap second passes in flight
LIFT_OFF = "2017-11-28T18:18:00Z"
# half of the last digits that are written, 1e-7 km and 1e-10 km/s, by another conversion to float64
POSITION_M, VELOCITY_M_S = 0.51e-4, 0.51e-7


def flight(name: str) -> Trajectory:
    booster = load_catalog().boosters[name]
    if name == "hwasong-15":
        return fly(booster, aim_apogee_range(booster, (39.3, 125.9), 76.0, 4475.0, 950.0))
    return fly(booster, aim_impact(booster, (48.0, -101.0), (42.0, 93.0)))


@pytest.fixture(scope="module", params=["hwasong-15", "minuteman-3"])
def body(request: pytest.FixtureRequest) -> Body:
    return Body(request.param, request.param, "payload", flight(request.param))


def opened(body: Body, folder: Path, frame: str = "itrf", at: str = LIFT_OFF) -> "oem.OrbitEphemerisMessage":
    (file,) = write_flight([body], folder / f"{frame}.oem", at, frame)
    return oem.OrbitEphemerisMessage.open(file)


def seconds(times: "astropy_time.Time", at: str = LIFT_OFF) -> np.ndarray:
    return (times - astropy_time.Time(at.removesuffix("Z"), scale="utc")).sec


def test_another_reader_reads_the_same_values(body: Body, tmp_path: Path) -> None:
    one = ephemeris_of(body, parse_utc(LEAP))
    message = opened(body, tmp_path, at=LEAP)
    stretches = one.stretches()
    assert len(message._segments) == len(stretches) == 1 + len(body.trajectory.kinks_s)
    for segment, rows in zip(message, stretches, strict=True):
        assert segment.metadata["REF_FRAME"] == "ITRF2000"
        states = list(segment.states)
        # times are written to 1 us; astropy's are good to nanoseconds
        t = np.array([seconds(state.epoch, LEAP) for state in states])
        np.testing.assert_allclose(t, one.t_s[rows], atol=0.51e-6)
        # a state is written for the microsecond: along the velocity, that is within 4 mm of the sample
        shift = one.velocity_m_s[rows] * (np.rint(one.t_s[rows] * 1e6) / 1e6 - one.t_s[rows])[:, None]
        position = np.array([state.position for state in states]) * 1e3
        np.testing.assert_allclose(position, one.position_m[rows] + shift, atol=POSITION_M)
        velocity = np.array([state.velocity for state in states]) * 1e3
        np.testing.assert_allclose(velocity, one.velocity_m_s[rows], atol=VELOCITY_M_S)


def test_our_reader_and_the_other_agree(body: Body, tmp_path: Path) -> None:
    theirs = opened(body, tmp_path, at=LEAP)
    ours = read_oem((tmp_path / "itrf.oem").read_bytes())
    for found, segment in zip(ours.segments, theirs, strict=True):
        position = np.array([state.position for state in segment.states])
        np.testing.assert_allclose(found.position_m / 1e3, position, rtol=1e-15)  # the same digits, once times 1000
        stop = segment.metadata["STOP_TIME"]
        assert (found.span_ns[1] - parse_utc(LEAP)) / NS == pytest.approx(seconds(stop, LEAP), abs=1e-8)


def test_the_stated_interpolation_gives_the_flight(body: Body, tmp_path: Path, measured) -> None:
    message = opened(body, tmp_path)
    draw = np.random.default_rng(5)
    worst = 0.0
    for segment in message:
        assert segment.metadata["INTERPOLATION"] == "HERMITE"
        assert segment.metadata["INTERPOLATION_DEGREE"] == 3
        start, stop = segment.useable_start_time, segment.useable_stop_time
        for part in draw.uniform(0.0, 1.0, 150):
            epoch = start + (stop - start) * part
            found = segment(epoch)
            true = body.trajectory.at(float(seconds(epoch)))[0]
            worst = max(worst, float(np.linalg.norm(found.position * 1e3 - true)))
    measured(f"{body.id}: {worst * 1e3:.2f} mm off between samples")
    # BOUND_M is what the samples were chosen for; rounding to 0.1 mm adds half of it along each axis
    assert worst < BOUND_M + 1e-4


@pytest.mark.parametrize("frame", ["gcrf", "teme"])
def test_other_frames_interpolate_and_agree_with_skyfield(body: Body, tmp_path: Path, frame: str) -> None:
    api = pytest.importorskip("skyfield.api")
    framelib, sgp4lib = pytest.importorskip("skyfield.framelib"), pytest.importorskip("skyfield.sgp4lib")
    timescale = api.load.timescale(builtin=True)
    message = opened(body, tmp_path, frame)
    draw = np.random.default_rng(7)
    for segment in message:
        assert segment.metadata["REF_FRAME"] == frame.upper()
        start, stop = segment.useable_start_time, segment.useable_stop_time
        for part in draw.uniform(0.0, 1.0, 20):
            epoch = start + (stop - start) * part
            found = segment(epoch)
            at_s = float(seconds(epoch))
            ns = parse_utc(LIFT_OFF) + round(at_s * NS)
            jd, fr = julian_date(ns)
            tt = timescale.tt_jd(2_440_587.5, (ns / NS + 32.184) / 86_400.0)
            tt.ut1_fraction = float(jd + fr - tt.whole)  # UT1 is our UTC, and there is no polar motion
            to_gcrf = framelib.itrs.rotation_at(tt).T
            turn = to_gcrf if frame == "gcrf" else sgp4lib.TEME.rotation_at(tt) @ to_gcrf
            true = turn @ body.trajectory.at(at_s)[0]
            radius = np.linalg.norm(true)
            # What the frames may differ by is 0.4 m at 7000 km in GCRF (tests/oracle/test_gcrf.py), 0.12 m at 42,000 km
            # in TEME (test_sgp4_frames.py); it goes with the radius, and the lofted flight rises to 10,850 km.
            bar = (0.4 / 7e6 if frame == "gcrf" else 0.2 / 4.2e7) * radius
            assert np.linalg.norm(found.position * 1e3 - true) < bar + 10 * BOUND_M


def test_interpolation_in_a_celestial_frame_is_as_good(body: Body, tmp_path: Path) -> None:
    message = opened(body, tmp_path, "gcrf")
    draw = np.random.default_rng(9)
    for segment in message:
        start, stop = segment.useable_start_time, segment.useable_stop_time
        for part in draw.uniform(0.0, 1.0, 60):
            epoch = start + (stop - start) * part
            at_s = float(seconds(epoch))
            ns = parse_utc(LIFT_OFF) + round(at_s * NS)
            true = itrf_turn(ns).T @ body.trajectory.at(at_s)[0]
            # Samples were chosen in ITRF; the turn adds 4 w r''' to the fourth derivative, with w = 7.3e-5 rad/s, which
            # is a part of what free flight has at 1e-3 rad/s, but not in the same direction: up to twice the bound.
            assert np.linalg.norm(segment(epoch).position * 1e3 - true) < 2 * BOUND_M + 1e-4


def test_covariances_are_read(tmp_path: Path) -> None:
    from launchwatch.formats.oem import oem_of, write_oem

    root = np.random.default_rng(11).normal(size=(2, 6, 6)) * np.repeat([100.0, 1.0], 3)
    covariance = np.swapaxes(root, -1, -2) @ root
    position = np.array([[7e6, 0.0, 0.0], [7e6, 7.5e4, 0.0]])
    one = Ephemeris(
        "one", "one", parse_utc("2020-01-01T00:00:00Z"), np.array([0.0, 10.0]), position, np.full((2, 3), 7e3),
        covariance=covariance,
    )  # fmt: skip
    file = tmp_path / "c.oem"
    file.write_bytes(write_oem(oem_of(one, "X")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [c.matrix for c in oem.OrbitEphemerisMessage.open(file)._segments[0].covariances]
    # 13 digits are written
    np.testing.assert_allclose(np.array(found) * 1e6, covariance, rtol=1e-12)
