"""Alerts: what the public hears of a warning, where, when, and how it ends."""
