"""Boosters through sensors and chain: the class half a minute after burnout (the whole matrix: validation page)."""

import pytest
from validation_typing import played


@pytest.mark.parametrize("booster", ["scud-b", "hwasong-7", "df-26", "topol-m", "trident-d5", "falcon-9"])
def test_a_booster_is_told_by_its_class(booster: str) -> None:
    told = played(booster, 1)
    assert max(told.typing, key=told.typing.__getitem__) == told.booster_class, told
    assert abs(sum(told.typing.values()) - 1.0) < 1e-9  # rounding
