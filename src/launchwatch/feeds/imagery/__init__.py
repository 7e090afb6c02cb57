"""Satellite imagery: readers of scenes, and the hot spots in them."""
