"""What is heard on the outgoing channel against what was released: each fault is told, and nothing else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.control.releases.listening import ListeningStage, ListeningState
from launchwatch.core.epochs import NS
from launchwatch.messages import codec
from launchwatch.messages.digests import digest_of
from launchwatch.messages.health import Health
from launchwatch.messages.items import Item
from launchwatch.messages.receipts import Echo, Receipt
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning
from unit.control.made import T0, assessment

HEARD_S, RECEIPT_S = 30.0, 90.0


def released(number: int = 1, addressee: str = "jp-authority", sender: str = "jp", at_s: float = 0.0) -> Release:
    item = Warning(
        event="jp-1", number=number, supersedes=number - 1 or None, kind="new", confirmed=False,
        confirming_sensor=None, reason="impact in the region", region="jp", valid_until_ns=T0, assessment=assessment(),
    )  # fmt: skip
    return Release(
        release=f"{sender}/warnings/{number}", sender=sender, addressee=addressee, level="warnings",
        released_ns=T0 + round(at_s * NS), first_detection_ns=T0, item=item,
    )  # fmt: skip


def echo(release: Release) -> Echo:
    return Echo(
        release=release.release, sender=release.sender, addressee=release.addressee, digest=digest_of(release),
        heard_ns=release.released_ns,
    )  # fmt: skip


def receipt(release: Release, accepted: bool = True, reason: str = "") -> Receipt:
    return Receipt(
        release=release.release, addressee=release.addressee, received_ns=T0, accepted=accepted, reason=reason,
        digest=digest_of(release),
    )  # fmt: skip


class Post:
    """A listening stage; its state goes through its codec at every step."""

    def __init__(self) -> None:
        self.stage = ListeningStage("jp", RECEIPT_S, HEARD_S)
        self.state = self.stage.start()

    def hears(self, at_s: float, *payloads: Release | Echo | Receipt) -> list[tuple[str, str]]:
        now = T0 + round(at_s * NS)
        state = codec.unpack(codec.pack(self.state), ListeningState)
        items = [Item(f"x/{at_s}/{k}", now, one) for k, one in enumerate(payloads)]
        self.state, outputs = self.stage.step(state, items, now)
        told = [output.payload for output in outputs]
        assert all(isinstance(one, Health) and one.component == "outgoing" for one in told)
        return [(one.status, one.reason) for one in told]


def test_what_is_heard_and_acknowledged_as_it_was_released_is_no_fault_and_awaits_nothing() -> None:
    post, one = Post(), released()
    assert post.hears(0.0, one) == []
    assert post.stage.due(post.state) == T0 + 30 * NS
    assert post.hears(1.0, echo(one)) == []
    assert post.stage.due(post.state) == T0 + 90 * NS
    assert post.hears(60.0, receipt(one), echo(one)) == []
    assert post.stage.due(post.state) is None
    assert post.hears(1000.0) == []


def test_what_was_sent_and_never_released_is_told_once() -> None:
    post, foreign = Post(), released(7)
    assert post.hears(0.0, echo(foreign)) == [("degraded", "jp/warnings/7 to jp-authority was sent and never released")]
    assert post.hears(1.0, receipt(foreign), echo(foreign)) == []


def test_what_was_released_to_another_addressee_is_foreign() -> None:
    post, one = Post(), released()
    post.hears(0.0, one)
    (told,) = post.hears(1.0, echo(msgspec.structs.replace(one, addressee="jp-public")))
    assert told == ("degraded", "jp/warnings/1 to jp-public was sent and never released")


@pytest.mark.parametrize("heard", [echo, receipt])
def test_what_was_altered_is_told_and_the_next_that_is_whole_ends_it(heard: object) -> None:
    post, one, two = Post(), released(), released(2)
    post.hears(0.0, one, two)
    changed = msgspec.structs.replace(one, item=msgspec.structs.replace(one.item, confirmed=True))
    assert post.hears(1.0, heard(changed)) == [("degraded", "jp/warnings/1 to jp-authority was altered on its way")]  # type: ignore[operator]
    assert post.hears(2.0, heard(changed)) == []  # type: ignore[operator]
    assert post.hears(3.0, echo(two)) == [("ready", "jp/warnings/2 heard as it was released")]


def test_what_is_not_heard_or_not_acknowledged_in_time_is_told_by_the_timer() -> None:
    post, one = Post(), released()
    post.hears(0.0, one)
    assert post.hears(29.0) == []
    assert post.hears(30.0) == [("degraded", "jp/warnings/1 to jp-authority was released and not heard")]
    assert post.hears(90.0) == [("degraded", "jp/warnings/1 to jp-authority was not acknowledged")]
    assert post.stage.due(post.state) is None
    assert post.hears(100.0, echo(one)) == [("ready", "jp/warnings/1 heard as it was released")]


def test_what_an_addressee_refuses_is_told_with_its_reason() -> None:
    post, one = Post(), released()
    post.hears(0.0, one)
    (told,) = post.hears(1.0, receipt(one, accepted=False, reason="wrong purpose"))
    assert told == ("degraded", "jp/warnings/1 to jp-authority was refused: wrong purpose")


def test_what_the_node_tells_itself_or_hears_from_partners_is_not_on_its_channel() -> None:
    post = Post()
    post.hears(0.0, released(addressee="jp"), released(2, addressee="jp", sender="us"))
    assert post.stage.due(post.state) is None
    assert post.hears(1.0, echo(released(3, sender="us"))) == []


@given(st.permutations([*range(4), *range(4)]), st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3)))
def test_exactly_what_is_wrong_is_told(order: list[int], altered: set[int], lost: set[int]) -> None:
    post, sent = Post(), [released(k + 1) for k in range(4)]
    told = post.hears(0.0, *sent)
    for k, which in enumerate(order):
        if which not in lost:
            one = sent[which]
            heard = msgspec.structs.replace(one, first_detection_ns=0) if which in altered else one
            told += post.hears(1.0 + k, echo(heard), receipt(heard))
    told += post.hears(200.0)
    faults = sorted(reason for status, reason in told if status == "degraded")
    assert faults == sorted(
        [f"jp/warnings/{k + 1} to jp-authority was altered on its way" for k in altered - lost]
        + [f"jp/warnings/{k + 1} to jp-authority was released and not heard" for k in lost]
        + [f"jp/warnings/{k + 1} to jp-authority was not acknowledged" for k in lost]
    )
