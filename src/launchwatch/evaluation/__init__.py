"""Metrics: what a run was worth, from its outputs and the truth."""
