"""Records of before: what was journaled without the newer fields is read still."""

from __future__ import annotations

from typing import Any

import msgspec

from launchwatch.messages import codec
from launchwatch.messages.assessments import Assessment, RegionThreat
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.warnings import Warning
from unit.control.made import assessment

NEWER = {
    "burst_probability", "burst_distance_km", "last_detection_ns", "notice", "notice_match", "burst",
    "next_update_ns", "held",
}  # fmt: skip


def stripped(record: Any, also: set[str]) -> Any:
    """Plain data of a record as it was before."""
    if isinstance(record, dict):
        return {key: stripped(value, set()) for key, value in record.items() if key not in NEWER | also}
    return [stripped(one, set()) for one in record] if isinstance(record, list) else record


def test_an_assessment_and_a_warning_of_before_are_read() -> None:
    found = assessment()
    old = stripped(msgspec.json.decode(codec.to_json(found)), set())
    read = codec.from_json(msgspec.json.encode(old), Assessment)
    assert read.last_detection_ns is None
    assert read.threats == (RegionThreat(region="jp", impact_probability=0.9, overflight_probability=0.0),)
    warning = Warning(
        event=found.event, number=1, supersedes=None, kind="new", confirmed=False, confirming_sensor=None,
        reason="impact in the region", region="jp", valid_until_ns=0, assessment=found,
    )  # fmt: skip
    old = stripped(msgspec.json.decode(codec.to_json(warning)), {"confidence"})
    assert "confidence" not in old
    again = codec.from_json(msgspec.json.encode(old), Warning)
    assert (again.notice, again.notice_match, again.burst, again.confidence) == (None, "none", None, "none")
    assert again.next_update_ns is None
    assert again.assessment.confidence == "medium"


def test_an_entry_of_the_watch_log_of_before_is_read() -> None:
    entry = Procedure(
        event="jp-20231114-001", state="quiet", before="quiet", reason="", calls=(), agreed=(), warning=None,
        confirmed=False, overdue_ns=None, held=True,
    )  # fmt: skip
    old = stripped(msgspec.json.decode(codec.to_json(entry)), set())
    assert not codec.from_json(msgspec.json.encode(old), Procedure).held
