"""What really happens: flights of boosters and orbits of satellites."""
