"""Flights on their own: launches of a scenario, one flight by hand, the check of a reported test, fits to telemetry."""
