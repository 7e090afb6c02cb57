"""Random damage to inputs: ``python tools/fuzz.py TARGET [--minutes N] [--seed N] [--first N] [--count N]``.

Every input is a function of seed and index, so that ``--seed S --first I --count 1`` brings one back. A worker process
reads them one after another. What it may do with a bad one is raise the error that the target declares. Any other
exception or warning, and the death of the process, is a crash; more than ten seconds are a hang. Both are printed with
their index, and the input is kept in build/fuzz.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import multiprocessing as mp
import os
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "fuzz"
LIMIT_S = 10.0
_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFF)
_WORDS = (
    b"-1", b"0", b"1e999", b"-1e-999", b".nan", b".inf", b"9" * 400, b"null", b"[]", b"{}", b"''", b"\xff\xfe", b"\x00",
    b"- ", b": ", b"\t", b"2017-13-45T99:99:99Z", b"&a", b"*a", b"!!python/object", b"\xe2\x80\xa8",
)  # fmt: skip


class Case(NamedTuple):
    """A good input: the name of its file, and its bytes."""

    name: str
    content: bytes


class Target(NamedTuple):
    """What is fuzzed.

    `cases` makes the good inputs in an empty folder; `damage` makes a bad one of them; `run` reads one that was written
    into a folder; `declared` gives the errors that it may raise.
    """

    cases: Callable[[Path], list[Case]]
    damage: Callable[[Sequence[Case], random.Random], Case]
    run: Callable[[Path], None]
    declared: Callable[[], tuple[type[Exception], ...]]


def damaged_bytes(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """One to eight damages: bits, bytes, cuts, repeats, ends, and parts of another input."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        if not data:
            break
        at = rng.randrange(len(data))
        size = min(rng.choice((1, 2, 4, 8, 64, 1024)), len(data) - at)
        kind = rng.randrange(9)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at : at + size] = bytes(rng.choice(_BYTES) for _ in range(size))
        elif kind == 2:
            data[at : at + size] = rng.randbytes(size)
        elif kind == 3:
            del data[at : at + size]
        elif kind == 4:
            data[at:at] = data[at : at + size] * rng.choice((1, 2, 50))
        elif kind == 5:
            del data[at:]
        elif kind == 6:
            data[at:at] = rng.choice(_WORDS)
        elif kind == 7:
            start = rng.randrange(len(other) or 1)
            data[at : at + size] = other[start : start + size]
        else:
            data[at : at + 8] = rng.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)).to_bytes(8, "little")
    return bytes(data)


def damaged_text(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Lines lost, doubled, moved, indented or exchanged, and values replaced; or damage to the bytes."""
    if rng.random() < 0.3:
        return damaged_bytes(content, other, rng)
    lines, others = content.split(b"\n"), other.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        kind = rng.randrange(6)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines[at:at] = [lines[at]] * rng.choice((1, 1, 2000))
        elif kind == 2:
            lines[at] = b" " * rng.randrange(5) + lines[at].lstrip()
        elif kind == 3:
            lines[at] = rng.choice(others)
        elif kind == 4:
            key, colon, _ = lines[at].partition(b":")
            lines[at] = key + colon + b" " + rng.choice(_WORDS)
        else:
            words = lines[at].split(b" ")
            words[rng.randrange(len(words))] = rng.choice(_WORDS)
            lines[at] = b" ".join(words)
    return b"\n".join(lines)


def damage_any(
    way: Callable[[bytes, bytes, random.Random], bytes],
) -> Callable[[Sequence[Case], random.Random], Case]:
    """Damage in a given way to one of the good inputs."""

    def damage(cases: Sequence[Case], rng: random.Random) -> Case:
        case, other = rng.choice(cases), rng.choice(cases)
        return Case(case.name, way(case.content, other.content, rng))

    return damage


# --- launchwatch detect


def scene_cases(folder: Path) -> list[Case]:
    """A scene with a hot spot in bands 7, 6 and 14."""
    import numpy as np
    from abi_file import write_abi

    rng = np.random.Generator(np.random.Philox(key=1))
    cases = []
    for band, level, spot in ((7, 0.6, 0.5), (6, 0.0, 1.0), (14, 80.0, 1.0)):
        frame = level + 0.01 * level * rng.standard_normal((48, 64))
        frame[20, 30] += spot
        frame[:4, :4] = np.nan
        path = write_abi(folder, frame, band=band)
        cases.append(Case(path.name, path.read_bytes()))
    return cases


def damage_scene(cases: Sequence[Case], rng: random.Random) -> Case:
    """Damage to the bytes, or one object or attribute of the file replaced by something else."""
    if rng.random() < 0.5:
        return damage_any(damaged_bytes)(cases, rng)
    import h5py
    import numpy as np

    case = rng.choice(cases)
    values = (
        np.nan, np.inf, -1.0, 0.0, 1e300, -32768, 2**63 - 1, "text", b"", [], [[1.0, 2.0]], list(range(99)),
        np.zeros((48, 64)), np.zeros((64, 48), np.int16), np.zeros(48, np.int8), np.zeros((0, 3), np.int16),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / case.name
        path.write_bytes(case.content)
        with h5py.File(path, "r+") as file:
            for _ in range(rng.choice((1, 1, 2, 3))):
                holder = rng.choice([file, *file.values()])
                attribute = bool(holder.attrs) and (holder is file or rng.random() < 0.6)
                key = rng.choice(sorted(holder.attrs if attribute else file))
                target = holder.attrs if attribute else file
                if rng.random() < 0.3:
                    del target[key]
                elif rng.random() < 0.1 and not attribute:
                    del file[key]
                    file.create_dataset(key, (2**31, 2**31), "i2", chunks=(64, 64))  # a bomb: no storage behind it
                else:
                    if key in target:
                        del target[key]
                    target[key] = rng.choice(values)
                if key not in file and not attribute and rng.random() < 0.1:
                    file.create_group(key)
        return Case(case.name, path.read_bytes())


def run_detect(path: Path) -> None:
    """Detect in the file, with band 7 beside it where it holds a helper."""
    from launchwatch.assembly.detect import detect

    files = [path]
    if "C07" not in path.name:
        main = path.with_name(path.name.replace("C06", "C07").replace("C14", "C07"))
        main.write_bytes(next(case.content for case in _GOOD if "C07" in case.name))
        files.append(main)
    detect(files, path.with_name("spots.ndjson"))


def detect_errors() -> tuple[type[Exception], ...]:
    """What detect may raise."""
    from launchwatch.feeds.imagery.abi import ImageryError

    return (ImageryError,)


# --- catalogue


def catalogue_cases(folder: Path) -> list[Case]:
    """The packaged files."""
    from launchwatch.catalog.loader import DATA

    return [Case(path.relative_to(DATA).as_posix(), path.read_bytes()) for path in sorted(DATA.rglob("*.yaml"))]


def run_catalogue(path: Path) -> None:
    """Read the file as the loader does: a scenario whole; of other files every block, and now and then as a folder."""
    from launchwatch.catalog.catalogue import KINDS
    from launchwatch.catalog.convert import FieldError, convert
    from launchwatch.catalog.document import read_yaml
    from launchwatch.catalog.loader import check_folder, load_catalog, load_scenario

    if path.parent.name == "scenarios":
        load_scenario(path, load_catalog())
        return
    content = path.read_bytes()
    if len(content) % 50 == 0:
        holder = path.parent if path.parent.name not in KINDS else path.parent.parent
        check_folder(holder)
    kind = path.parent.name if path.parent.name in KINDS else path.stem
    document = read_yaml(content, path.name)
    for block in document.data if isinstance(document.data, list) else ():
        try:
            convert(block, KINDS[kind])
        except FieldError:
            continue


def catalogue_errors() -> tuple[type[Exception], ...]:
    """What the loader may raise."""
    from launchwatch.catalog.loader import CatalogError

    return (CatalogError,)


def elements_cases(folder: Path) -> list[Case]:
    """Sets of two and of three lines, with letters in numbers, of slow and fast, round and long orbits; and packed."""
    lines = [
        "1 25544U 98067A   26200.50000000  .00012345  00000-0  22222-3 0  999",
        "2 25544  51.6400 100.0000 0005000  90.0000 270.0000 15.50000000 1234",
        "1 A0080U 26164A   26202.30010601  .00005074  00000-0 -13560-3 0  999",
        "2 A0080  63.4000 293.4853 7200000 270.0000  10.0000  2.00600000   47",
        "1    11U 59001A   57001.00000000 -.00000847 +00000+0  00000+0 0    1",
        "2    11  98.0000 359.9999 0000001   0.0000   0.0000 16.40000000   69",
    ]
    lines = [line + str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10) for line in lines]
    two = "\n".join(lines) + "\n"
    three = "".join(f"0 OBJECT {i}\n{lines[2 * i]}\n{lines[2 * i + 1]}\n" for i in range(3))
    cases = [Case("two.tle", two.encode()), Case("three.3le", three.replace("\n", "\r\n").encode())]
    return [*cases, Case("packed.tle.gz", gzip.compress(three.encode(), mtime=0))]


def damage_elements(cases: Sequence[Case], rng: random.Random) -> Case:
    """Other signs in some columns, or damage to the bytes; mostly with checksums made good, to come past them."""
    case = rng.choice(cases)
    if rng.random() < 0.5:
        signs = bytearray(case.content)
        for _ in range(rng.choice((1, 1, 2, 5))):
            signs[rng.randrange(len(signs))] = rng.choice(b"0123456789 .-+AZ")
        content = bytes(signs)
    else:
        content = damaged_bytes(case.content, rng.choice(cases).content, rng)
    if rng.random() < 0.7:
        content = b"\n".join(
            line[:68] + b"%d" % (sum(c - 48 if 48 <= c <= 57 else c == 45 for c in line[:68]) % 10)
            if len(line) == 69
            else line
            for line in content.replace(b"\r", b"").split(b"\n")
        )
    return Case(case.name, content)


def run_elements(path: Path) -> None:
    """Read the file, and predict what it holds about its first epoch."""
    import numpy as np

    from launchwatch.formats.tle import read_elements
    from launchwatch.physics.satellites import states_at

    sets = read_elements(path)
    states_at(sets.take(np.arange(min(len(sets), 50))), sets.epoch_ns[:1] + np.arange(3) * 3_600_000_000_000)


def elements_errors() -> tuple[type[Exception], ...]:
    """What the reader of elements may raise."""
    from launchwatch.formats.tle import ElementsError

    return (ElementsError,)


# --- launchwatch process


def observation_cases(folder: Path) -> list[Case]:
    """A climb seen by two satellites and a radar, with looks, as lines, as tables and as a Tracking Data Message."""
    from launchwatch.core.epochs import NS, format_utc, parse_utc
    from launchwatch.formats.observations import ENDINGS, record_of, write_observations

    begin = parse_utc("2026-08-20T10:00:00Z")
    rows: list[dict[str, Any]] = []
    plots = []
    for k in range(25):
        time = format_utc(begin + 2 * k * NS)
        common = {"purpose": "test", "origin": "recorded", "time": time}
        t = 2.0 * k
        place = [-3.2e6 + 900.0 * t, 3.9e6 - 5.0 * t * t, 3.8e6 + 8.0 * t * t]
        for name, position in (("east", [-2.1e7, 3.65e7, 0.0]), ("west", [2.1e7, 3.65e7, 0.0])):
            sight = [a - b for a, b in zip(place, position, strict=True)]
            far = sum(x * x for x in sight) ** 0.5
            rows.append(
                {"type": "look", "sensor": name, "sequence": 2 * k, **common, "false_alarm_density": 0.1,
                 "detections": 1, "field": {
                     "until": time, "period_s": 2.0, "looks": 1, "bias_urad": 5.0, "position_m": position}}
            )  # fmt: skip
            rows.append(
                {"type": "infrared", "sensor": name, "sequence": 2 * k + 1, **common, "sensor_position_m": position,
                 "line_of_sight": [x / far for x in sight], "sigma_urad": 20.0, "irradiance_w_m2": 1e-10,
                 "band_um": [2.6, 2.9], "snr": 30.0}
            )  # fmt: skip
        if k > 5:
            rows.append(
                {"type": "radar", "sensor": "radar", "sequence": k, **common, "range_m": 9e5 - 1500.0 * t,
                 "snr_db": 20.0, "site": {"lat_deg": 38.0, "lon_deg": 128.0, "alt_m": 0.0},
                 "azimuth_deg": 30.0 + 0.1 * t, "elevation_deg": 5.0 + 0.2 * t, "sigma_range_m": 50.0,
                 "sigma_azimuth_deg": 0.1, "sigma_elevation_deg": 0.1}
            )  # fmt: skip
            at = time[:-1]
            plots += [f"RANGE = {at} {900.0 - 1.5 * t}", f"ANGLE_1 = {at} {30.0 + 0.1 * t}"]
            plots += [f"ANGLE_2 = {at} {5.0 + 0.2 * t}", f"DOPPLER_INSTANTANEOUS = {at} -1.5"]
    records = [record_of(row) for row in rows]
    cases = []
    for ending in ENDINGS:
        path = folder / f"seen{ending}"
        write_observations(records, path)
        cases.append(Case(path.name, path.read_bytes()))
    head = ["CCSDS_TDM_VERS = 2.0", "CREATION_DATE = 2026-08-20T12:00:00", "ORIGINATOR = TEST"]
    meta = ["META_START", "TIME_SYSTEM = UTC", "PARTICIPANT_1 = us-beale", "PATH = 1,2,1", "META_STOP"]
    message = "\n".join([*head, *meta, "DATA_START", *plots, "DATA_STOP", ""])
    return [*cases, cases[0], cases[0], Case("seen.tdm", message.encode())]


def damage_observations(cases: Sequence[Case], rng: random.Random) -> Case:
    """Values of keys replaced, lines lost, doubled and moved; or damage to the bytes."""
    case = rng.choice(cases)
    if not case.name.endswith(".ndjson") or rng.random() < 0.3:
        way = damaged_bytes if case.name.endswith((".parquet", ".arrow")) else damaged_text
        return Case(case.name, way(case.content, rng.choice(cases).content, rng))
    import msgspec

    values: tuple[Any, ...] = (
        None, True, 0, -1, 1e-300, 1e300, -1e9, 1e9, 2**63 - 1, 2**70, "", "x", [], [1.0], [0.0, 0.0, 0.0], {}, 0.5,
        "2026-08-20T10:00:20Z", "2099-12-31T23:59:59Z", "1950-01-01T00:00:00Z", "2016-12-31T23:59:60Z", 90.0, 1e-3, 1e6,
    )  # fmt: skip
    rows = [msgspec.json.decode(line) for line in case.content.splitlines()]
    for _ in range(rng.choice((1, 2, 5, 40))):
        at = rng.randrange(len(rows))
        kind = rng.randrange(8)
        if kind == 0:
            rows.insert(rng.randrange(len(rows)), rows.pop(at))
        elif kind == 1:
            rows[at:at] = [rows[at]] * rng.choice((1, 1, 200))
        elif kind == 2:
            rows[at] = rows[at] | {"sensor": rng.choice(("east", "west", "radar", "us-beale"))}
        elif kind == 3 and isinstance(rows[at].get("field"), dict):
            keys = ("until", "period_s", "looks", "position_m", "site", "sectors", "range_limits_m", "bias_urad")
            key = rng.choice(keys)
            rows[at] = rows[at] | {"field": rows[at]["field"] | {key: rng.choice(values)}}
        elif kind == 4:
            key = rng.choice(sorted(rows[at]))
            if isinstance(rows[at][key], float):
                factor = rng.choice((-1.0, 0.0, 1e-3, 1e3, 1.001, 1e6))
                rows[at] = rows[at] | {key: rows[at][key] * factor}
        elif kind == 5:
            rows[at] = rows[at] | {"received": rng.choice(values)}
        else:
            rows[at] = rows[at] | {rng.choice(sorted(rows[at])): rng.choice(values)}
    return Case(case.name, b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def run_process(path: Path) -> None:
    """The file through the chain into a folder beside it."""
    from launchwatch.assembly.process import process_files

    process_files([path], _catalog(), path.with_name("out"))


def _catalog() -> Any:
    if not _CATALOG:
        from launchwatch.catalog.loader import load_catalog

        _CATALOG.append(load_catalog())
    return _CATALOG[0]


def notice_cases(folder: Path) -> list[Case]:
    """Notices in all forms, as keyed text and as YAML."""
    area = "34.6 -120.6 50"
    common = "SENDER: us\nCLASS: icbm slbm\nWINDOW: 2026-01-10T00:00:00Z 2026-01-12T00:00:00Z\n"
    blocks = [f"NOTICE: us-1\nAGREEMENT: us-su-1988\nSENDER: us\nPLANNED-DATE: 1995-02-28\nIMPACT-AREA: {area}\n"]
    blocks += [f"NOTICE: us-{form}\nAGREEMENT: {form}\n{common}DIRECTION: 260 280\n" for form in _FORMS]
    blocks = [f"{block}LAUNCH-AREA: {area}\n" for block in blocks]
    blocks.append("NOTICE: us-9\nAGREEMENT: hcoc\nSENDER: us\nSUPERSEDES: us-hcoc\nCANCELLED: true\n")
    text = "# all forms\n" + "\n".join(blocks)
    from launchwatch.formats.notices import parse_notices, write_yaml

    notices = parse_notices(text.encode(), "made.txt", _catalog().notice_forms, text=True)
    return [Case("notices.txt", text.encode()), Case("notices.yaml", write_yaml(notices).encode())]


def run_notices(path: Path) -> None:
    """Read the file, make the records of its notices, and write them in both ways."""
    from launchwatch.catalog.notices import message_of
    from launchwatch.formats.notices import parse_notices, read_notices, write_text, write_yaml

    forms = _catalog().notice_forms
    notices = read_notices(path, forms)
    for notice in notices:
        message_of(notice, forms[notice.agreement])
    for content, text in ((write_text(notices), True), (write_yaml(notices), False)):
        if len(parse_notices(content.encode(), path.name, forms, text=text)) != len(notices):
            raise AssertionError("what was written is not read back")


def notice_errors() -> tuple[type[Exception], ...]:
    """What the reader of notices may raise."""
    from launchwatch.formats.notices import NoticeError

    return (NoticeError,)


def process_errors() -> tuple[type[Exception], ...]:
    """What process may raise."""
    from launchwatch.formats.observations import ObservationError

    return (ObservationError,)


# --- CAP


def cap_cases(folder: Path) -> list[Case]:
    """The first message of an alert and an update, with areas, references and codes."""
    import numpy as np

    from launchwatch.core.epochs import NS, parse_utc
    from launchwatch.formats.cap import Reference, cap_message, reference_to
    from launchwatch.messages.alerts import Alert, Outline, RegionAtRisk

    sent = parse_utc("2026-08-20T21:00:30Z")
    ring = np.array([[42.0, 157.0], [41.5, 157.5], [42.0, 158.0], [42.0, 157.0]])
    region = RegionAtRisk(
        region="jp-12", name="Hokkaido", kind="impact", probability=0.7, earliest_ns=sent, latest_ns=sent + 60 * NS
    )
    cases: list[Case] = []
    earlier: list[Reference] = []
    for number in (1, 2):
        alert = Alert(
            alert="jp-20260820-001/jp", event="jp-20260820-001", number=number, supersedes=number - 1 or None,
            warning=number, stage="launch", basis="observed", regions=(region,),
            outlines=(Outline(kind="impact", points_deg=ring),), language="en", headline="Missile launch.",
            description="A missile was launched.", instruction="Take shelter.", sent_ns=sent + number * NS,
            expires_ns=sent + 600 * NS,
        )  # fmt: skip
        cases.append(Case(f"{number}.xml", cap_message(alert, earlier, "a.invalid", "exercise", ("simulated",))))
        earlier.append(reference_to(alert, "a.invalid"))
    return cases


def run_cap(path: Path) -> None:
    """Read the file."""
    from launchwatch.formats.cap_reader import read_cap

    read_cap(path.read_bytes(), path.name)


def cap_errors() -> tuple[type[Exception], ...]:
    """What the reader of CAP may raise."""
    from launchwatch.formats.cap import CapError

    return (CapError,)


TARGETS = {
    "cap": Target(cap_cases, damage_any(damaged_text), run_cap, cap_errors),
    "detect": Target(scene_cases, damage_scene, run_detect, detect_errors),
    "catalogue": Target(catalogue_cases, damage_any(damaged_text), run_catalogue, catalogue_errors),
    "notices": Target(notice_cases, damage_any(damaged_text), run_notices, notice_errors),
    "process": Target(observation_cases, damage_observations, run_process, process_errors),
    "tle": Target(elements_cases, damage_elements, run_elements, elements_errors),
}

_FORMS = ("us-ru-2000", "cn-ru-2009", "hcoc")
_GOOD: list[Case] = []  # the worker's good inputs
_CATALOG: list[Any] = []  # read once


def input_of(target: Target, cases: Sequence[Case], seed: int, index: int) -> Case:
    """One bad input."""
    return target.damage(cases, random.Random(f"{seed}/{index}"))  # noqa: S311 - nothing here is secret


def work(name: str, seed: int, pipe: Connection) -> None:
    """Body of the worker: indices come in, what became of each goes out."""
    faulthandler.enable(file=sys.__stderr__)
    warnings.simplefilter("error", RuntimeWarning)  # a warning at a user is a fault too
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        _GOOD[:] = target.cases(Path(folder))
        declared = target.declared()
        read(target, _GOOD[0])  # imports and compiles, which is not on the clock
        pipe.send("ready")
        while (index := pipe.recv()) is not None:
            case = input_of(target, _GOOD, seed, index)
            pipe.send("made")  # nor is making the input
            try:
                read(target, case)
                pipe.send("read")
            except declared as error:
                pipe.send("refused" if "\n" not in str(error) else f"crash: error of several lines: {error}")
            except Exception:
                pipe.send(f"crash: {traceback.format_exc()}")


def read(target: Target, case: Case) -> None:
    """Write an input into a folder of its own and read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.content)
        target.run(path)


class Worker:
    """A worker process that can be asked for one input at a time, and replaced."""

    def __init__(self, name: str, seed: int) -> None:
        context = mp.get_context("spawn")
        self.pipe, end = context.Pipe()
        self.process = context.Process(target=work, args=(name, seed, end), daemon=True)
        self.process.start()
        end.close()
        self._answer(300.0)

    def ask(self, index: int) -> str:
        """What became of an input: read, refused, crash or hang."""
        try:
            self.pipe.send(index)
            if self._answer(60.0) is None:
                return "hang"
            answer = self._answer(LIMIT_S)
            return "hang" if answer is None else answer
        except (EOFError, OSError):
            self.process.join(5.0)
            return f"crash: the process ended with {self.process.exitcode}"

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def _answer(self, limit_s: float) -> Any:
        return self.pipe.recv() if self.pipe.poll(limit_s) else None


def fuzz(name: str, seed: int, first: int, count: int | None, minutes: float) -> dict[str, int]:
    """Run a target; gives the numbers of inputs, of those read whole and refused, of crashes and of hangs."""
    counts = {"inputs": 0, "read": 0, "refused": 0, "crashes": 0, "hangs": 0}
    worker = Worker(name, seed)
    end = time.monotonic() + 60.0 * minutes
    index = first
    while (count is None or index < first + count) and time.monotonic() < end:
        answer = worker.ask(index)
        counts["inputs"] += 1
        if answer in ("read", "refused"):
            counts[answer] += 1
        else:
            counts["hangs" if answer == "hang" else "crashes"] += 1
            print(f"{name} --seed {seed} --first {index} --count 1: {answer}", flush=True)
            keep(name, seed, index)
            if answer == "hang" or not worker.process.is_alive():
                worker.stop()
                worker = Worker(name, seed)
        index += 1
    worker.stop()
    return counts


def keep(name: str, seed: int, index: int) -> None:
    """Put an input into build/fuzz."""
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        case = input_of(target, target.cases(Path(folder)), seed, index)
    path = KEPT / f"{name}-{seed}-{index}-{case.name.replace('/', '-')}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.content)


def main() -> None:
    """Entry point; exit code 1 where there was a crash or a hang."""
    parser = argparse.ArgumentParser(description="Random damage to inputs")
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="index of the first input")
    parser.add_argument("--count", type=int, help="how many inputs; as many as the minutes allow by default")
    options = parser.parse_args()
    counts = fuzz(options.target, options.seed, options.first, options.count, options.minutes)
    print(f"{options.target}: " + ", ".join(f"{number} {what}" for what, number in counts.items()))
    sys.exit(1 if counts["crashes"] or counts["hangs"] else 0)


if __name__ == "__main__":
    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
    main()
