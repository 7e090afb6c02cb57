"""Looks of an infrared payload at flights and at steady sources, one thread."""
