"""Tasking: cues that ask a sensor to look where a track will be."""
