from launchwatch.runtime.bus import Bus, in_arrival_order
from unit.runtime.small_chain import heartbeat, make_lane


def test_sources_are_merged_by_arrival_and_sequence() -> None:
    first = [heartbeat(1, 10), heartbeat(3, 20), heartbeat(4, 20)]
    second = [heartbeat(2, 10), heartbeat(3, 20), heartbeat(9, 21)]
    merged = list(in_arrival_order(first, second))
    assert [(e.received_ns, e.sequence) for e in merged] == [(10, 1), (10, 2), (20, 3), (20, 3), (20, 4), (21, 9)]
    assert merged[2] is first[1]


def test_the_bus_delivers_in_order_of_arrival_then_of_posting() -> None:
    bus, east, west = Bus(), make_lane(), make_lane()
    assert bus.next_arrival_ns() is None
    for addressee, sequence, received_ns in ((east, 1, 30), (west, 2, 10), (east, 3, 10), (east, 4, 10)):
        bus.post(addressee, heartbeat(sequence, received_ns))
    assert bus.next_arrival_ns() == 10
    assert bus.deliver(9) == 0
    assert bus.deliver(10) == 3
    assert bus.next_arrival_ns() == 30
    heard = [output.lineage for output in east.tick(10)]
    assert heard[0] == ("radar/3", "radar/4")
    assert west.tick(10)[0].lineage == ("radar/2",)
    assert bus.deliver(10**9) == 1
