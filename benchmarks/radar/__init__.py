"""Looks of phased arrays a second."""
