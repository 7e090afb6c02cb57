"""Attack assessment: counts, words for how sure it is, sources of doubt, and the statement."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.control.warnings.attacks.attack import MOST_WORDS, SURENESS, assess_attack, statement, sureness_of
from launchwatch.control.warnings.attacks.doubts import LIMITS, ORDER, WORDS, Surroundings, announced, in_glint
from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages import codec
from launchwatch.messages.alerts import RegionAtRisk
from launchwatch.messages.assessments import Assessment, RegionThreat
from launchwatch.messages.attacks import AttackAssessment, Doubt, ThreatenedRegion
from launchwatch.messages.control import Notice, NoticeArea
from launchwatch.messages.events import Raid
from launchwatch.messages.warnings import Warning
from launchwatch.physics.sun import sun_direction
from unit.control.made import DUAL, assessment, ground_point

AT = parse_utc("2026-08-20T21:00:30Z")
NAMES = {"jp": "Japan", "kr": "Republic of Korea", "us": "United States"}
SURE = {"slv": 0.0, "sounding-rocket": 0.0, "not-a-missile": 0.0, "icbm": 1.0}


def one(event: str = "a", threat: float = 0.9, region: str = "jp", **changes: Any) -> Assessment:
    base: dict[str, Any] = {
        "event": event,
        "typing": SURE,
        "far_hz": 1e-8,
        "detections": 40,
        "launch_point": ground_point(39.0, 125.8, AT - 150 * NS),
        "impact": ground_point(36.0, 140.0, AT + 400 * NS),
        "threats": (RegionThreat(region=region, impact_probability=threat, overflight_probability=0.0),),
    }
    return assessment(**(base | DUAL | changes))


def warned(at: Assessment, kind: Any = "new", reason: str = "impact in the region", **changes: Any) -> Warning:
    base = Warning(
        event=at.event,
        number=1,
        supersedes=None,
        kind=kind,
        confirmed=len(at.phenomenologies) > 1,
        confirming_sensor=None,
        reason=reason,
        region=at.threats[0].region,
        valid_until_ns=AT + 310 * NS,
        assessment=at,
    )
    return msgspec.structs.replace(base, **changes)


def assessed(*events: Assessment, raids: tuple[Raid, ...] = (), **around: Any) -> AttackAssessment:
    found = assess_attack(raids, events, [warned(at) for at in events], AT, 1, NAMES, Surroundings(**around))
    assert found is not None
    return found


def raid(events: tuple[str, ...], lowest: int, probable: int, highest: int) -> Raid:
    return Raid(
        raid="a/raid", version=1, events=events, from_ns=AT, until_ns=AT, lowest=lowest, probable=probable,
        highest=highest,
    )  # fmt: skip


def risk(name: str, kind: Any, first_s: int) -> RegionAtRisk:
    return RegionAtRisk(
        region=name.lower(), name=name, kind=kind, probability=0.5, earliest_ns=AT + first_s * NS,
        latest_ns=AT + 600 * NS,
    )  # fmt: skip


def codes(found: AttackAssessment) -> list[str]:
    return [doubt.code for doubt in found.doubts]


def test_one_missile_seen_by_two_kinds_of_sensor() -> None:
    found = assessed(one(threat=0.99))
    assert found.statement == "1 launch. Threatened: Japan, impact from 21:07 UTC. How sure: almost certain. " + (
        "Doubts: none known."
    )
    assert (found.lowest, found.probable, found.highest, found.threatening) == (1, 1, 1, 1)
    assert found.probability == pytest.approx(0.99)
    assert (found.limited_by, found.doubts) == (None, ())


def test_no_standing_warning_is_no_assessment() -> None:
    at = one()
    for warnings in ([], [warned(at, "final")], [warned(at, "cancel")]):
        assert assess_attack([], [at], warnings, AT, 1, NAMES, Surroundings()) is None


ONE_SENSOR: dict[str, Any] = {
    "phenomenologies": ("infrared",), "kind_sensors": ("us-sbirs-geo-1",), "sensors": ("us-sbirs-geo-1",),
}  # fmt: skip
ONE_KIND = ONE_SENSOR | {"sensors": ("us-sbirs-geo-1", "us-sbirs-geo-2")}
NO_MISSILE = SURE | {"icbm": 0.5, "slv": 0.5}


@pytest.mark.parametrize(
    ("changes", "sureness", "doubts", "text"),
    [
        ({"threat": 0.5}, "likely", [], "Doubts: none known."),
        (ONE_KIND, "likely", ["one-kind"], "How sure: likely. Doubts: one kind of sensor only."),
        (ONE_SENSOR, "possible", ["one-sensor"], "How sure: possible. Doubts: one sensor only."),
        (ONE_SENSOR | {"threat": 0.1}, "unlikely", ["one-sensor"], "How sure: unlikely."),
        ({"detections": 11}, "very likely", ["short-arc"], "Doubts: seen for a short time."),
        ({"typing": NO_MISSILE}, "possible", ["typing-open"], "How sure: possible. Doubts: kind of object open."),
        ({"basis": "lost"}, "very likely", ["lost"], "Doubts: no longer tracked."),
        ({"impact": None}, "very likely", ["impact-open"], "Japan, impact, time open. How sure"),
        (
            {"impact": ground_point(36.0, 140.0, AT + 400 * NS, 200e3)},
            "very likely",
            ["large-ellipse"],
            "Doubts: impact point poorly known.",
        ),
        ({"far_hz": None}, "very likely", ["not-calibrated"], "Doubts: false-alarm rate not known."),
        (
            ONE_SENSOR | {"typing": NO_MISSILE, "detections": 4, "far_hz": None, "impact": None},
            "possible",
            ["one-sensor", "typing-open", "impact-open", "short-arc", "not-calibrated"],
            "Doubts: one sensor only; kind of object open; impact point not known yet; 2 more.",
        ),
    ],
)
def test_words_and_doubts(changes: dict[str, Any], sureness: str, doubts: list[str], text: str) -> None:
    found = assessed(one(**changes))
    assert found.sureness == sureness
    assert codes(found) == doubts
    assert text in found.statement
    assert all(doubt.events == ("a",) for doubt in found.doubts)


def test_the_evidence_bounds_the_word_and_says_so() -> None:
    found = assessed(one(threat=0.99, **ONE_SENSOR))
    assert found.probability == pytest.approx(0.99)
    assert (found.sureness, found.limited_by) == ("possible", "one-sensor")
    assert assessed(one(threat=0.3, **ONE_SENSOR)).limited_by is None


def test_a_doubt_about_some_events_bounds_nothing_but_one_kind_for_all_does() -> None:
    assert assessed(one("a"), one("b", **ONE_SENSOR)).limited_by is None
    found = assessed(one("a", 0.99, **ONE_KIND), one("b", 0.99, **ONE_SENSOR))
    assert (found.sureness, found.limited_by) == ("likely", "one-kind")
    assert [(doubt.code, doubt.events) for doubt in found.doubts] == [
        ("one-sensor", ("b",)),
        ("one-kind", ("a", "b")),
    ]


def test_independent_events_add_up_and_those_of_one_kind_do_not() -> None:
    assert assessed(one("a", 0.5), one("b", 0.5)).probability == pytest.approx(0.75)
    assert assessed(one("a", 0.5, **ONE_KIND), one("b", 0.4, **ONE_SENSOR)).probability == pytest.approx(0.5)
    assert assessed(one("a", 0.5, **ONE_KIND), one("b", 0.4)).probability == pytest.approx(0.7)


def test_the_count_is_that_of_the_raids_and_of_events_in_none() -> None:
    found = assessed(one("a"), one("b"), one("x"), raids=(raid(("a", "b", "c"), 2, 3, 5), raid(("d",), 7, 7, 7)))
    assert (found.lowest, found.probable, found.highest, found.threatening) == (3, 4, 6, 3)
    assert found.statement.startswith("4 launches (3 to 6), 3 threatening. Threatened: Japan")


def test_regions_by_time_with_what_happens_there() -> None:
    early = one("b", region="kr", impact=ground_point(37.0, 127.0, AT + 200 * NS))
    over = one(
        "c", threats=(RegionThreat(region="us", impact_probability=0.1, overflight_probability=0.8),), far_hz=1e-9
    )
    warnings = [warned(one()), warned(early), warned(over, "update", "flight over the region")]
    found = assess_attack([], [], warnings, AT, 1, NAMES, Surroundings())
    assert found is not None
    assert [(r.region, r.kind, round(r.probability, 2)) for r in found.regions] == [
        ("kr", "impact", 0.9), ("jp", "impact", 0.9), ("us", "overflight", 0.8),
    ]  # fmt: skip
    assert found.regions[0].first_ns == AT + 190 * NS  # two sigma of 5 s before
    assert "United States, flight over it, time open" in found.statement
    footprints = {
        ("c", "us"): [risk("Hawaii", "overflight", 30), risk("Guam", "overflight", 20), risk("Alaska", "impact", 10)],
        ("b", "kr"): [risk("Seoul", "impact", 190)],
        ("a", "jp"): [],
    }
    found = assess_attack([], [], warnings, AT, 1, NAMES, Surroundings(), footprints)
    assert found is not None
    assert [(r.region, r.places) for r in found.regions] == [("us", ("Guam", "Hawaii")), ("kr", ("Seoul",)), ("jp", ())]
    assert found.statement == (
        "3 launches. Threatened: United States (Guam, Hawaii), flight over it from 21:00 UTC; Republic of Korea "
        "(Seoul), impact from 21:03 UTC; Japan, far from towns, impact from 21:07 UTC. How sure: almost certain. "
        "Doubts: none known."
    )


def test_many_places_are_counted() -> None:
    at = one()
    entries = [risk(name, "impact", at_s) for at_s, name in enumerate(("A", "B", "C", "D", "E"), 60)]
    found = assess_attack([], [], [warned(at)], AT, 1, NAMES, Surroundings(), {("a", "jp"): entries})
    assert found is not None
    assert "Threatened: Japan (A, B, C and 2 more), impact from 21:01 UTC." in found.statement


def test_the_newest_assessment_speaks_and_not_that_of_the_warning() -> None:
    found = assess_attack([], [one(threat=0.2), one("z")], [warned(one(threat=0.9))], AT, 1, NAMES, Surroundings())
    assert found is not None
    assert found.probability == pytest.approx(0.2)
    assert [ground.event for ground in found.grounds] == ["a"]


def test_a_notice_on_file() -> None:
    notice = Notice(
        notice="n", agreement="hcoc", sender="ru", classes=("slv",), window_from_ns=AT - 200 * NS, window_until_ns=AT,
        launch_area=NoticeArea(lat_deg=39.0, lon_deg=125.5, radius_km=50.0), azimuths_deg=None, impact_area=None,
    )  # fmt: skip
    found = assessed(one(threat=0.99), notices=(notice,))
    assert (codes(found), found.sureness, found.limited_by) == (["notice-on-file"], "possible", "notice-on-file")
    assert not announced(one(launch_point=None), notice)
    late = msgspec.structs.replace(notice, window_until_ns=AT - 190 * NS)
    far = msgspec.structs.replace(notice, launch_area=NoticeArea(lat_deg=45.0, lon_deg=125.5, radius_km=50.0))
    assert codes(assessed(one(), notices=(late, far))) == []


def test_health_that_is_not_ready_is_a_doubt_about_all() -> None:
    assert codes(assessed(one(), health={"a-radar": "ready"})) == []
    found = assessed(one("a"), one("b"), health={"a-radar": "silent", "b-radar": "ready"})
    assert [(doubt.code, doubt.events) for doubt in found.doubts] == [("health-degraded", ("a", "b"))]


def test_glint_where_the_mirror_image_of_the_sun_lies_at_the_launch_point() -> None:
    noon = parse_utc("2026-08-20T03:30:00Z")  # the Sun is high over Korea
    launch = ground_point(39.0, 125.8, noon)
    place = itrf_from_geodetic(39.0, 125.8, 0.0)
    up, sun = enu_axes(39.0, 125.8)[2], sun_direction(noon)
    mirrored = 2.0 * float(up @ sun) * up - sun
    in_it, beside = place + 4e7 * mirrored, place + 4e7 * up
    at = one(launch_point=launch, **ONE_SENSOR)
    assert in_glint(at, {"us-sbirs-geo-1": in_it})
    assert not in_glint(at, {"us-sbirs-geo-1": beside})
    assert not in_glint(at, {})
    assert not in_glint(one(launch_point=launch, **ONE_KIND), {"us-sbirs-geo-1": in_it, "us-sbirs-geo-2": beside})
    assert not in_glint(one(launch_point=ground_point(39.0, 125.8, noon + 43_200 * NS), **ONE_SENSOR),
                        {"us-sbirs-geo-1": in_it})  # fmt: skip
    found = assessed(at, infrared_m={"us-sbirs-geo-1": np.asarray(in_it)})
    assert codes(found) == ["sun-glint", "one-sensor"]


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.0, "remote"), (0.049, "remote"), (0.05, "unlikely"), (0.25, "possible"), (0.5, "likely"),
        (0.8, "very likely"), (0.95, "almost certain"), (1.0, "almost certain"),
    ],
)  # fmt: skip
def test_words_of_probabilities(probability: float, word: str) -> None:
    assert sureness_of(probability) == word


def test_every_code_has_words_and_a_place_and_every_limit_is_a_word() -> None:
    assert set(WORDS) == set(ORDER)
    assert set(LIMITS.values()) <= {word for _, word in SURENESS}
    assert all(len(words.split()) <= 6 for words in WORDS.values())


regions = st.builds(
    ThreatenedRegion,
    region=st.just("r"),
    name=st.lists(st.sampled_from(["Democratic", "Republic", "of", "the", "Islands"]), min_size=1, max_size=9).map(
        " ".join
    ),
    kind=st.sampled_from(["impact", "overflight"]),
    places=st.none() | st.lists(st.sampled_from(["Hokkaido", "Provence-Alpes-Cote d'Azur", "a b c d e f"])).map(tuple),
    first_ns=st.none() | st.integers(AT, AT + 3600 * NS),
    probability=st.just(0.5),
    events=st.just(("a",)),
)
doubts = st.lists(st.sampled_from(ORDER), unique=True).map(
    lambda found: [Doubt(code=code, words=WORDS[code], events=("a",)) for code in found]
)


@given(
    st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200)),
    st.integers(1, 200),
    st.lists(regions, min_size=1, max_size=12),
    st.sampled_from([word for _, word in SURENESS]),
    doubts,
)
def test_a_statement_is_short_whatever_it_has_to_say(
    count: Any, threatening: int, named: Any, word: Any, told: Any
) -> None:
    text = statement(count, threatening, named, word, told)
    assert len(text.split()) <= MOST_WORDS
    assert f"How sure: {word}." in text
    for token in ("launch", "Threatened: ", "Doubts: "):
        assert token in text


def test_it_travels_as_json() -> None:
    found = assessed(one(**ONE_SENSOR))
    assert codec.from_json(codec.to_json(found), AttackAssessment) == found
