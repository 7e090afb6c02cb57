"""CAP messages against the schema that OASIS published, and its example against our reader."""

from pathlib import Path

import numpy as np
import pytest
import xmlschema

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.formats.cap import Reference, cap_message, reference_to
from launchwatch.formats.cap_reader import read_cap
from launchwatch.messages.alerts import Outline
from unit.formats.alerts import SENT, alert, risk

FOLDER = Path(__file__).parent / "cap"
SENDER = "jp.launchwatch.invalid"


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(FOLDER / "CAP-v1.2.xsd")


@pytest.mark.parametrize("purpose", ["exercise", "test", "operations"])
def test_every_stage_and_status_validates(purpose: str, schema: xmlschema.XMLSchema) -> None:
    origin = ("live",) if purpose == "operations" else ("simulated", "recorded")
    earlier: list[Reference] = []
    for number, stage in enumerate(("launch", "launch", "passed", "fell", "lost", "cancelled"), 1):
        told = alert(number=number, stage=stage, sent_ns=SENT + number * NS)
        content = cap_message(told, earlier, SENDER, purpose, origin, armed=True, exercise="A & B <C>")
        schema.validate(content.decode())
        assert read_cap(content, stage).references == tuple(earlier)
        earlier.append(reference_to(told, SENDER))


def test_what_is_least_and_what_is_much_validates(schema: xmlschema.XMLSchema) -> None:
    ring = np.array([[-1e-9, -180.0], [10.0, -180.0], [10.0, -170.0], [-1e-9, -180.0]])
    for told in (
        alert(outlines=(), regions=(risk(kind="impact", probability=0.0),)),
        alert(outlines=(Outline(kind="impact", points_deg=ring),) * 3, regions=(risk(),) * 40),
        alert(sent_ns=parse_utc("2016-12-31T23:59:60Z")),
    ):
        content = cap_message(told, [], SENDER, "test", ("simulated",))
        schema.validate(content.decode())
        read_cap(content, "ours")


def test_the_schema_refuses_what_our_reader_refuses(schema: xmlschema.XMLSchema) -> None:
    content = cap_message(alert(), [], SENDER, "test", ("simulated",)).decode()
    for old, new in (("<status>Test", "<status>Real"), ("-00:00</sent>", "Z</sent>"), ("<scope>Public</scope>", "")):
        broken = content.replace(old, new, 1)
        assert not schema.is_valid(broken)
        with pytest.raises(ValueError, match=r"in\.xml"):
            read_cap(broken.encode(), "in.xml")


def test_the_example_of_the_standard_is_read(schema: xmlschema.XMLSchema) -> None:
    schema.validate(FOLDER / "amber-alert.xml")
    told = read_cap((FOLDER / "amber-alert.xml").read_bytes(), "amber-alert.xml")
    assert (told.identifier, told.sender, told.status, told.kind) == (
        "KAR0-0306112239-SW", "KARO@CLETS.DOJ.CA.GOV", "Actual", "Alert",
    )  # fmt: skip
    assert told.sent_ns == parse_utc("2003-06-12T05:39:00Z")
    assert [one.language for one in told.infos] == ["en-US", "es-US"]
    assert told.infos[1].headline == "Alerta Amber en el condado de Los Ángeles"
    assert told.infos[0].areas[0].geocodes == (("SAME", "006037"),)
