"""The language as a whole: nothing is handed on, every record is frozen, tagged and documented."""

import subprocess
import sys
from typing import get_args

import pytest

from launchwatch import messages
from launchwatch.messages.control import Heartbeat
from launchwatch.messages.envelope import Envelope, Record

RECORDS = get_args(Record)


def test_the_package_hands_nothing_on() -> None:
    code = (
        "import sys, launchwatch.messages as m; "
        "print([n for n in vars(m) if not n.startswith('__')], [n for n in sys.modules if n.startswith('launchwatch')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[] ['launchwatch', 'launchwatch.messages']"
    assert messages.__doc__


@pytest.mark.parametrize("record", [*RECORDS, Envelope], ids=lambda record: record.__name__)
def test_records_are_frozen_and_documented(record: type) -> None:
    assert record.__struct_config__.frozen  # type: ignore[attr-defined]
    assert record.__doc__


def test_tags_are_unique() -> None:
    tags = [record.__struct_config__.tag for record in RECORDS]
    assert None not in tags
    assert len(set(tags)) == len(tags)


def test_purpose_has_no_default() -> None:
    assert "purpose" in Envelope.__struct_fields__[: -len(Envelope.__struct_defaults__)]


def test_a_heartbeat_has_no_field_that_could_be_read_as_a_launch() -> None:
    assert set(Heartbeat.__struct_fields__) == {"component", "sequence", "status", "latency_s", "interval_s"}
