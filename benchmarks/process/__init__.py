"""Observation files through the whole processing chain: lines a second, and memory."""
