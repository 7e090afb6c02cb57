"""Views of runs made by hand: Keplerian arcs over a sphere at rest, looks at 1 Hz, estimates that close in on truth."""

import math
from dataclasses import dataclass

import numpy as np

from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import direct, inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, Ellipse, Estimate, GroundPoint
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook, Sector
from launchwatch.messages.truth import FlightTruth
from launchwatch.messages.warnings import Warning as WarningRecord
from launchwatch.report.run import RunView

MU, RE = 3.986004418e14, 6_371_000.0
BATCH_S = 10  # looks of one delivery


@dataclass(frozen=True)
class Plan:
    """A launch to be made up."""

    id: str
    booster: str
    booster_class: str
    time: str
    start: tuple[float, float]
    end: tuple[float, float]
    burn_s: float
    apogee_km: float
    case: str | None = None


SENSORS = [
    {"id": "ir-geo-west", "name": "Infrared satellite West", "owner": "us", "kind": "infrared", "lat_deg": 0.0,
     "lon_deg": 60.0, "source": "made up", "confidence": "none", "status": "synthetic"},
    {"id": "ir-geo-east", "name": "Infrared satellite East", "owner": "us", "kind": "infrared", "lat_deg": 0.0,
     "lon_deg": 150.0, "source": "made up", "confidence": "none", "status": "synthetic"},
    {"id": "ir-geo-centre", "name": "Infrared satellite Centre", "owner": "cn", "kind": "infrared", "lat_deg": 0.0,
     "lon_deg": 100.0, "source": "made up", "confidence": "none", "status": "synthetic"},
    {"id": "ir-geo-atlantic", "name": "Infrared satellite Atlantic", "owner": "ru", "kind": "infrared", "lat_deg": 0.0,
     "lon_deg": -24.0, "source": "made up", "confidence": "none", "status": "synthetic"},
    {"id": "radar-noto", "name": "Radar Noto", "owner": "jp", "kind": "radar", "lat_deg": 37.4, "lon_deg": 136.9,
     "sectors": [{"from_deg": 210.0, "to_deg": 60.0}], "range_max_km": 2500.0, "elevation_min_deg": 2.0,
     "source": "a public list of sites, 2020", "confidence": "medium", "status": "published"},
    {"id": "radar-kyushu", "name": "Radar Kyushu", "owner": "jp", "kind": "radar", "lat_deg": 31.8, "lon_deg": 129.8,
     "sectors": [{"from_deg": 250.0, "to_deg": 40.0}], "range_max_km": 2500.0, "elevation_min_deg": 2.0,
     "source": "a public list of sites, 2020", "confidence": "medium", "status": "published"},
    {"id": "radar-chungju", "name": "Radar Chungju", "owner": "kr", "kind": "radar", "lat_deg": 36.9, "lon_deg": 127.9,
     "sectors": [{"from_deg": 300.0, "to_deg": 60.0}], "range_max_km": 800.0, "elevation_min_deg": 2.0,
     "source": "a public list of sites, 2020", "confidence": "low", "status": "assumption"},
    {"id": "radar-aleutians", "name": "Radar Aleutians", "owner": "us", "kind": "radar", "lat_deg": 52.7,
     "lon_deg": 174.1, "sectors": [{"from_deg": 259.0, "to_deg": 19.0}], "range_max_km": 5500.0,
     "elevation_min_deg": 0.6, "source": "a public list of sites, 2020", "confidence": "medium", "status": "published"},
    {"id": "radar-north", "name": "Radar North", "owner": "ru", "kind": "radar", "lat_deg": 67.6, "lon_deg": 64.0,
     "sectors": [{"from_deg": 300.0, "to_deg": 60.0}], "range_max_km": 5000.0, "elevation_min_deg": 2.0,
     "source": "a public list of sites, 2020", "confidence": "medium", "status": "published"},
    {"id": "radar-siberia", "name": "Radar Siberia", "owner": "ru", "kind": "radar", "lat_deg": 52.9, "lon_deg": 103.3,
     "sectors": [{"from_deg": 0.0, "to_deg": 240.0}], "range_max_km": 6000.0, "elevation_min_deg": 2.0,
     "source": "a public list of sites, 2020", "confidence": "medium", "status": "published"},
    {"id": "radar-northeast", "name": "Radar Northeast", "owner": "cn", "kind": "radar", "lat_deg": 46.5,
     "lon_deg": 130.8, "sectors": [{"from_deg": 330.0, "to_deg": 90.0}], "range_max_km": 5500.0,
     "elevation_min_deg": 3.0, "source": "a public list of sites, 2020", "confidence": "low", "status": "assumption"},
    {"id": "radar-northwest", "name": "Radar Northwest", "owner": "cn", "kind": "radar", "lat_deg": 41.6,
     "lon_deg": 86.2, "sectors": [{"from_deg": 270.0, "to_deg": 30.0}], "range_max_km": 4000.0,
     "elevation_min_deg": 3.0, "source": "a public list of sites, 2020", "confidence": "low", "status": "assumption"},
]  # fmt: skip

REGIONS = {
    "jp": [[(129, 31), (132, 31), (141, 35), (146, 43), (141, 46), (138, 41), (131, 35)]],
    "kr": [[(126, 34), (129.5, 35), (128.5, 38.6), (126, 38)]],
    "us": [[(-125, 32), (-117, 32), (-97, 26), (-80, 25), (-67, 45), (-95, 49), (-125, 49)]],
    "ru": [[(28, 56), (40, 47), (48, 42), (60, 51), (87, 49), (117, 50), (131, 43), (142, 54), (179, 65), (179, 70),
            (100, 78), (40, 68), (28, 69)]],
    "cn": [[(74, 39), (80, 31), (98, 25), (108, 19), (121, 28), (122, 39), (134, 48), (122, 53), (112, 43), (96, 42),
            (87, 49)]],
}  # fmt: skip

FIGURES = [
    {"name": "cloud top", "value": 7.0, "unit": "km", "source": "scenario", "confidence": "none",
     "status": "assumption"},
    {"name": "report delay of infrared satellites", "value": 10.0, "unit": "s", "source": "open literature, 2004",
     "confidence": "low", "status": "assumption"},
    {"name": "revisit of radars", "value": 1.0, "unit": "s", "source": "open literature, 1991", "confidence": "low",
     "status": "assumption"},
]  # fmt: skip


def flight(plan: Plan) -> FlightTruth:
    """A Keplerian arc of the planned apogee between the two points; in boost it is run through more slowly."""
    distance_m, azimuth, _ = inverse(*plan.start, *plan.end)
    half = distance_m / RE / 2
    apogee = RE + plan.apogee_km * 1e3
    # ellipse with apogee ra that passes Earth's surface at angle `half` from apogee: ra (1-e) / (1 - e cos half) = RE
    e = (apogee - RE) / (apogee - RE * math.cos(half))
    a = apogee / (1 + e)
    cosine = (math.cos(half) - e) / (1 - e * math.cos(half))
    anomaly = math.acos(cosine)  # eccentric, from apogee
    rate = math.sqrt(MU / a**3)
    total = 2 * (anomaly + e * math.sin(anomaly)) / rate
    t = np.append(np.arange(0.0, total + plan.burn_s / 2, 1.0), total + plan.burn_s / 2)
    along = np.where(t < plan.burn_s, t**2 / (2 * plan.burn_s), t - plan.burn_s / 2)
    grid = np.linspace(-anomaly, anomaly, 4001)
    eccentric = np.interp(along, (grid + e * np.sin(grid)) / rate + total / 2, grid)
    radius = a * (1 + e * np.cos(eccentric))
    true = 2 * np.arctan(np.sqrt((1 - e) / (1 + e)) * np.tan(eccentric / 2))
    share = (true / half + 1) / 2 * distance_m
    ground = np.array([direct(*plan.start, azimuth, s) for s in share])
    position = itrf_from_geodetic(ground[:, 0], ground[:, 1], radius - RE)
    return FlightTruth(
        launch=plan.id, booster=plan.booster, booster_class=plan.booster_class, time_ns=parse_utc(plan.time),
        launch_deg=plan.start, impact_deg=plan.end, impact_s=float(t[-1]), burnout_s=plan.burn_s,
        apogee_s=float(t[np.argmax(radius)]), apogee_km=plan.apogee_km, range_km=distance_m / 1e3, azimuth_deg=azimuth,
        staging_s=(plan.burn_s * 0.45,), t_s=t, position_m=position, velocity_m_s=np.gradient(position, t, axis=0),
        thrust_n=np.where(t < plan.burn_s, 1e6, 0.0),
    )  # fmt: skip


def envelope(topic: str, sequence: int, observed_ns: int, emitted_ns: int, payload: object) -> Envelope:
    return Envelope(
        id=f"{topic}/{sequence}", topic=topic, sequence=sequence, valid_ns=observed_ns, observed_ns=observed_ns,
        received_ns=emitted_ns, emitted_ns=emitted_ns, purpose="exercise", origin=("simulated",), lineage=(),
        payload=payload,
    )  # fmt: skip


def looks_of(sensor: dict, truth: FlightTruth, generator: np.random.Generator) -> list[Envelope]:
    """Deliveries of one sensor over one flight, ten looks each."""
    until = int(truth.t_s[-1])
    seconds = np.arange(0, until, dtype=np.float64)
    position = np.stack([np.interp(seconds, truth.t_s, truth.position_m[:, i]) for i in range(3)], axis=1)
    height = np.linalg.norm(position, axis=1) - RE
    if sensor["kind"] == "infrared":
        site = itrf_from_geodetic(sensor["lat_deg"], sensor["lon_deg"], 35_786e3)
        delta = position - site
        distance = np.linalg.norm(delta, axis=1)
        up = -np.sum(delta * position, axis=1) / distance / np.linalg.norm(position, axis=1)
        seen = (seconds < truth.burnout_s) & (height > 20e3) & (up > 0.05)
        period, delay_s = (10.0, 14) if sensor["id"].endswith("atlantic") else (1.0, 10)
    else:
        site = itrf_from_geodetic(sensor["lat_deg"], sensor["lon_deg"], 0.0)
        azimuth, elevation, distance = azimuth_elevation_range(site, sensor["lat_deg"], sensor["lon_deg"], position)
        sector = sensor["sectors"][0]
        inside = (azimuth - sector["from_deg"]) % 360 <= (sector["to_deg"] - sector["from_deg"]) % 360
        seen = inside & (elevation > 2) & (elevation < 75) & (distance < sensor["range_max_km"] * 1e3)
        period, delay_s = 1.0, 4
    found = []
    for number, start in enumerate(range(0, until, BATCH_S)):
        rows = np.arange(start, min(start + BATCH_S, until))
        rows = rows[:: int(period)]
        rows = rows[seen[rows] & (generator.random(len(rows)) < 0.95)]
        clutter = generator.random() < 0.02
        stamps = truth.time_ns + (rows * NS).astype(np.int64)
        if clutter:
            stamps = np.append(stamps, truth.time_ns + (start + BATCH_S - 1) * NS)
        times = {
            "sensor": sensor["id"], "look_from_ns": truth.time_ns + start * NS,
            "look_until_ns": truth.time_ns + (start + BATCH_S - 1) * NS, "looks": int(BATCH_S / period),
            "period_s": period, "false_alarms_per_look": 1e-3, "sequence": number * 100 + np.arange(len(stamps)),
            "time_ns": stamps,
        }  # fmt: skip
        n = len(stamps)
        if sensor["kind"] == "infrared":
            line = delta[rows] + generator.normal(0, 20e-6 * 3.7e7, (len(rows), 3))
            line = np.vstack([line, [-site + 2e6]]) if clutter else line
            snr = 40.0 * np.sqrt(1 + rows / 60.0)
            snr = np.append(snr, 6.0) if clutter else snr
            payload = InfraredLook(
                **times, position_m=site, band_um=(2.65, 2.95), bias_urad=30.0, threshold_snr=5.0,
                sensor_position_m=np.tile(site, (n, 1)), sigma_urad=np.full(n, 20.0),
                line_of_sight=line / np.linalg.norm(line, axis=1)[:, None] if n else np.zeros((0, 3)),
                irradiance_w_m2=snr * 2e-11, snr=snr,
            )  # fmt: skip
        else:
            far = np.append(distance[rows], 9e5) if clutter else distance[rows]
            payload = RadarLook(
                **times, site_deg_m=(sensor["lat_deg"], sensor["lon_deg"], 0.0),
                sectors=tuple(Sector(**one) for one in sensor["sectors"]), elevation_limits_deg=(2.0, 75.0),
                range_limits_m=(1e5, sensor["range_max_km"] * 1e3), bias_range_m=50.0, bias_angle_deg=0.05,
                threshold_snr_db=13.0, range_m=far + generator.normal(0, 50, n),
                azimuth_deg=np.append(azimuth[rows], 10.0) if clutter else azimuth[rows],
                elevation_deg=np.append(elevation[rows], 20.0) if clutter else elevation[rows],
                sigma_range_m=np.full(n, 50.0), sigma_azimuth_deg=np.full(n, 0.1), sigma_elevation_deg=np.full(n, 0.1),
                snr_db=40.0 - 40 * np.log10(far / (0.3e3 * sensor["range_max_km"])),
            )  # fmt: skip
        until_ns = payload.look_until_ns
        found.append(envelope("observations", number + 1, until_ns, until_ns + delay_s * NS, payload))
    return found


def ground_point(truth_deg, time_ns, spread_m, generator) -> GroundPoint:
    """An estimate of the given spread about a true point, its 95 % ellipse twice as long as wide."""
    azimuth = generator.uniform(0, 180)
    turn = math.radians(azimuth)
    axes = np.array([[math.sin(turn), math.cos(turn)], [math.cos(turn), -math.sin(turn)]])
    east, north = axes.T @ (generator.normal(size=2) * [spread_m, spread_m / 2])
    lat, lon = direct(*truth_deg, math.degrees(math.atan2(east, north)), math.hypot(east, north))
    covariance = axes.T @ np.diag([spread_m**2, spread_m**2 / 4]) @ axes
    ellipse = Ellipse(semi_major_km=2.4477e-3 * spread_m, semi_minor_km=1.2239e-3 * spread_m, azimuth_deg=azimuth)
    return GroundPoint(lat_deg=lat, lon_deg=lon, time_ns=time_ns, sigma_s=spread_m / 3e3, covariance_m2=covariance,
                       ellipse_95=ellipse)  # fmt: skip


def chain_of(plan, truth, partner, chain, sensors, looks, generator, serial):
    """Line, events and warnings of one chain, made from the looks that it received."""
    mine = {s["id"]: s for s in sensors if chain == "integrated" or s["owner"] == partner}
    seen = []
    for key in mine:
        for one in looks[key]:
            link = 0 if mine[key]["owner"] == partner else 2
            for stamp in one.payload.time_ns[:-1]:
                seen.append(((one.received_ns - truth.time_ns) / NS + link, (int(stamp) - truth.time_ns) / NS, key))
    seen.sort()
    received = [e for key in mine for e in looks[key]]
    none = dict.fromkeys(("first_detection_s", "first_track_s", "warning_s", "confirmed_s",
                          "time_to_impact_at_warning_s", "time_to_impact_at_confirmed_s", "decision_time_left_s",
                          "first_sensor", "confirming_sensor"))  # fmt: skip
    if len(seen) < 8:
        return none, [], [], received
    first, track, warning = seen[0][0], seen[3][0], seen[7][0] + 30
    kinds = {mine[key]["kind"] for _, _, key in seen[:1]}
    other = next(((t, key) for t, _, key in seen if mine[key]["kind"] not in kinds), None)
    confirmed = None if other is None else max(other[0] + 5, warning)
    line = none | {
        "first_detection_s": first, "first_track_s": track, "warning_s": warning, "confirmed_s": confirmed,
        "time_to_impact_at_warning_s": truth.impact_s - warning,
        "time_to_impact_at_confirmed_s": None if confirmed is None else truth.impact_s - confirmed,
        "decision_time_left_s": truth.impact_s - warning - 240, "first_sensor": seen[0][2],
        "confirming_sensor": other and other[1],
    }  # fmt: skip
    events, warnings = [], []
    last = max(t for t, _, _ in seen)
    moments = np.unique(np.concatenate([[track], np.arange(warning, min(last + 60, truth.impact_s), 60.0)]))
    for version, moment in enumerate(moments, start=1):
        final = version == len(moments)
        spread = 6e3 * math.exp(-moment / 600) + 800
        dual = confirmed is not None and moment >= confirmed
        impact_spread = (20e3 if dual else 120e3) * math.exp(-(moment - warning) / 500) + 3e3
        launch = ground_point(truth.launch_deg, truth.time_ns, spread, generator)
        impact_ns = truth.time_ns + int(truth.impact_s * NS)
        impact = ground_point(truth.impact_deg, impact_ns, impact_spread, generator) if moment >= warning else None
        used = tuple(dict.fromkeys(key for t, _, key in seen if t <= moment))
        assessment = Assessment(
            event=f"{partner}-{plan.time[:10].replace('-', '')}-{serial}", version=version,
            status="new" if version == 1 else "final" if final else "update", basis="observed",
            first_detection_ns=truth.time_ns + int(seen[0][1] * NS), typing={plan.booster_class: 0.8, "other": 0.2},
            boosters={},
            launch_point=launch, azimuth_deg=Estimate(value=truth.azimuth_deg, sigma=0.5),
            burnout_ns=None, staging_ns=(), apogee_km=Estimate(value=truth.apogee_km, sigma=20.0),
            range_km=Estimate(value=truth.range_km, sigma=30.0), impact=impact, threats=(), far_hz=None,
            far_basis="not calibrated", confidence="high" if dual else "medium",
            phenomenologies=("infrared", "radar") if dual else ("infrared",), kind_sensors=used[:2 if dual else 1],
            sensors=used, detections=10 * version,
            aliases=(), partners=(partner,),
        )  # fmt: skip
        emitted_ns = truth.time_ns + int(moment * NS)
        events.append(event_dict(assessment, partner, chain, emitted_ns))
        if impact is not None:
            record = WarningRecord(
                event=assessment.event, number=len(warnings) + 1, supersedes=len(warnings) or None,
                kind="new" if not warnings else assessment.status, confirmed=dual, confirming_sensor=other and other[1],
                reason="impact in the region", region=partner, valid_until_ns=emitted_ns + 300 * NS,
                assessment=assessment,
            )  # fmt: skip
            warnings.append(envelope("warnings", len(warnings) + 1, emitted_ns, emitted_ns, record))
    return line, events, warnings, received


def event_dict(one: Assessment, node: str, chain: str, emitted_ns: int) -> dict:
    """The assessment as a version in events.json."""

    def place(at: GroundPoint | None):
        if at is None:
            return None
        axes = {name: getattr(at.ellipse_95, name) for name in ("semi_major_km", "semi_minor_km", "azimuth_deg")}
        return {"lat_deg": at.lat_deg, "lon_deg": at.lon_deg, "ellipse_95": axes}

    impact = place(one.impact)
    if impact is not None:
        impact |= {"time": format_utc(one.impact.time_ns), "sigma_s": one.impact.sigma_s}
    return {
        "schema": "launchwatch/event/1", "id": one.event, "node": node, "chain": chain, "aliases": [],
        "version": one.version, "status": one.status, "basis": one.basis, "purpose": "exercise",
        "origin": ["simulated"], "first_detection": format_utc(one.first_detection_ns),
        "launch_time": {"value": format_utc(one.launch_point.time_ns), "sigma_s": one.launch_point.sigma_s},
        "launch_point": place(one.launch_point), "azimuth_deg": None, "burnout_time": None, "staging_times": [],
        "typing": one.typing, "apogee_km": None, "range_km": None, "impact": impact, "far_hz": None,
        "far_basis": one.far_basis, "confidence": one.confidence, "phenomenologies": list(one.phenomenologies),
        "sensors": list(one.sensors), "detections": one.detections, "emitted": format_utc(emitted_ns),
    }  # fmt: skip


def difference(one, other):
    return None if one is None or other is None else one - other


def median(values):
    kept = [value for value in values if value is not None]
    return float(np.median(kept)) if kept else None


def view_of(scenario: str, title: str, plans: list[Plan], partners: list[str], threatened: dict, seed: int = 1):
    """A whole run: every plan a case unless it names one."""
    generator = np.random.default_rng(seed)
    sensors = [one for one in SENSORS if one["owner"] in partners]
    flights, looks, warnings, events, launches = {}, {}, {}, [], []
    for serial, plan in enumerate(plans, start=1):
        truth = flight(plan)
        flights[plan.id] = truth
        case = plan.case or plan.id
        seen = {sensor["id"]: looks_of(sensor, truth, generator) for sensor in sensors}
        entry = {}
        for partner in partners:
            lines = {}
            for chain in ("alone", "integrated"):
                made = chain_of(plan, truth, partner, chain, sensors, seen, generator, serial)
                lines[chain], found, warned, received = made
                events += found
                looks[case, partner, chain] = [*looks.get((case, partner, chain), []), *received]
                warnings[case, partner, chain] = [*warnings.get((case, partner, chain), []), *warned]
            gain = {
                name: difference(lines["alone"][f"{name}_s"], lines["integrated"][f"{name}_s"])
                for name in ("first_detection", "warning", "confirmed")
            }
            entry[partner] = {"threatened": partner in threatened.get(plan.id, ()), **lines, "gain_s": gain}
        errors = [
            {"at": at, "event_id": f"{partners[0]}-{serial}", "launch_point_km": 2.1, "launch_time_s": 0.8,
             "impact_point_km": None if at == "first_warning" else 41.0, "impact_time_s": 6.0, "azimuth_deg": 0.4,
             "inside_95": {"launch_point": True, "impact_point": None if at == "first_warning" else False}}
            for at in ("first_warning", "burnout_plus_60_s", "final")
        ]  # fmt: skip
        launches.append({
            "id": plan.id, "booster": plan.booster, "class": plan.booster_class, "launch_time": plan.time,
            "launch": dict(zip(("lat_deg", "lon_deg"), plan.start, strict=True)),
            "impact": dict(zip(("lat_deg", "lon_deg"), plan.end, strict=True)), "impact_s": truth.impact_s,
            "burnout_s": plan.burn_s, "apogee_km": plan.apogee_km, "range_km": truth.range_km, "partners": entry,
            "errors": errors,
        })  # fmt: skip
    summed = {
        partner: {
            "median_gain_s": {name: median(one["partners"][partner]["gain_s"][name] for one in launches)
                              for name in ("first_detection", "warning", "confirmed")},
            "launches_only_integrated": sum(
                one["partners"][partner]["alone"]["warning_s"] is None
                and one["partners"][partner]["integrated"]["warning_s"] is not None for one in launches),
        }
        for partner in partners
    }  # fmt: skip
    return RunView(
        summary={"schema": "launchwatch/summary/1", "scenario": scenario, "seed": seed, "version": "0.1.0",
                 "sharing_level": "observations", "launches": launches, "partners": summed, "false_events": 0},
        events=events, flights=flights, looks=looks, warnings=warnings,
        scenario={"id": scenario, "title": title, "sources": ["A public report, 2017", "https://example.org/launches"],
                  "purpose": "exercise", "partners": partners, "sharing": {"level": "observations", "delay_s": 2.0},
                  "weather": {"cloud_top_km": 7.0}, "seed": seed,
                  "launches": [{"id": p.id, "booster": p.booster, "time": p.time, "case": p.case} for p in plans]},
        sensors=sensors, figures=FIGURES, regions={key: REGIONS[key] for key in partners},
    )  # fmt: skip


def lofted_view(title: str = "A lofted flight into the sea, November 2017") -> RunView:
    """One lofted flight, three partners."""
    plan = Plan("lofted", "two-stage-liquid", "icbm", "2017-11-28T18:17:30Z", (39.3, 125.9), (40.9, 135.5), 290.0, 4475)
    return view_of("lofted-sample", title, [plan], ["jp", "kr", "us"], {"lofted": ["jp"]})


def joint_view() -> RunView:
    """Eight cases, two partners: over the pole, from the sea, one that nobody sees."""
    time = "2026-03-01T00:00:00Z"
    rows = [
        ("plains-west", (48.0, -101.0), (42.0, 93.0), 180.0, 1200.0, ["cn"]),
        ("plains-beijing", (48.0, -111.0), (39.9, 116.4), 180.0, 1200.0, ["cn"]),
        ("plains-moscow", (48.0, -111.0), (55.8, 37.6), 180.0, 1200.0, ["ru"]),
        ("atlantic-west", (50.0, -35.0), (42.0, 93.0), 150.0, 900.0, ["cn"]),
        ("indian-ocean", (-25.0, 80.0), (55.0, 83.0), 150.0, 900.0, ["ru"]),
        ("pacific-siberia", (15.0, 140.0), (52.0, 104.0), 150.0, 700.0, ["ru"]),
        ("pacific-depressed", (15.0, 140.0), (43.0, 132.0), 150.0, 250.0, ["ru"]),
        ("southern", (-60.0, -150.0), (-30.0, -100.0), 150.0, 600.0, []),
    ]
    plans = [Plan(name, "three-stage-solid", "icbm", time, a, b, burn, apogee) for name, a, b, burn, apogee, _ in rows]
    return view_of("joint-sample", "Eight flights, two partners", plans, ["ru", "cn"],
                   {name: who for name, *_, who in rows})  # fmt: skip
