"""Scenarios played by people: injects, white cell, posts, scoring and the after-action review."""
