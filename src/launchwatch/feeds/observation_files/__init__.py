"""Observation files of any length as a source of observations: order, looks, and what is known of their sensors."""
