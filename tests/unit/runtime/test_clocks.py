import pytest

from launchwatch.runtime.clocks import SimulatedClock


def test_a_clock_advances_and_never_goes_back() -> None:
    clock = SimulatedClock(5)
    clock.advance_to(5)
    clock.advance_to(7)
    assert clock.now() == 7
    with pytest.raises(ValueError, match="time only advances"):
        clock.advance_to(6)
    assert clock.now() == 7
