"""Findings: what a centre holds of an event beside its warnings: notices, confidence, the fear of a burst."""
