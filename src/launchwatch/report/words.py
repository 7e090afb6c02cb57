"""How the report writes values: the same words for every partner, for gains and for null results."""

from __future__ import annotations

NEVER = "never"
NONE = "\N{EN DASH}"

_CLASS_NAMES = {
    "srbm": "short-range ballistic missile",
    "mrbm": "medium-range ballistic missile",
    "irbm": "intermediate-range ballistic missile",
    "icbm": "intercontinental ballistic missile",
    "slbm": "submarine-launched ballistic missile",
    "hgv": "hypersonic glide vehicle",
    "slv": "space launch vehicle",
    "sounding-rocket": "sounding rocket",
}
NOTES = (
    "Times are minutes:seconds after lift-off, but for the last two columns. threatened: the true impact lies in the "
    "partner's warning region.",
    "alone: the partner's own sensors. integrated: these and what the other partners release, with the links' delay.",
    "gain: by how much integrated is earlier than alone, or adds to the time left; a minus sign is a loss and is shown "
    "alike. only integrated, only alone: the other one never got there, so that there is no gain to compute.",
    "never: the state was not reached in the run. Of a launch that does not threaten a partner it need not be warned.",
    "first detection: its arrival at the node. warning: the first one released. confirmed: as the partner's policy "
    "says, by default by infrared and radar.",
    "decision time left: to impact, from when the warning reaches the deciding authority after the partner's "
    "procedure; with a minus sign it arrives after impact.",
)
"""What the columns of the key table mean."""


def clock(seconds: float | None, missing: str = NEVER) -> str:
    """Seconds as minutes:seconds, rounded to the second."""
    if seconds is None:
        return missing
    whole = round(seconds)
    minutes, rest = divmod(abs(whole), 60)
    return f"{'-' if whole < 0 else ''}{minutes:02d}:{rest:02d}"


def signed_clock(seconds: float | None, missing: str = NONE) -> str:
    """A gain as +minutes:seconds; zero has no sign."""
    if seconds is None:
        return missing
    return f"+{clock(seconds)}" if round(seconds) > 0 else clock(seconds)


def point(lat_deg: float, lon_deg: float) -> str:
    """A position to 0.1 degree."""
    lat, lon = round(lat_deg, 1), round(lon_deg, 1)
    return f"{abs(lat):.1f}{'N' if lat >= 0 else 'S'} {abs(lon):.1f}{'E' if lon >= 0 else 'W'}"


def kilometres(value: float | None, missing: str = NONE) -> str:
    """A length in km: three digits that count."""
    if value is None:
        return missing
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def class_name(booster_class: str) -> str:
    """The class in words."""
    return _CLASS_NAMES.get(booster_class, booster_class)


def count_of(count: int, total: int, noun: str = "launch") -> str:
    """Like `3 of 8 launches`."""
    return f"{count} of {total} {noun if total == 1 else noun + ('es' if noun.endswith('ch') else 's')}"
