"""Kinds as data: what is known of sensors, orbits, boosters, places, partners, policies and scenarios."""
