"""Tracks: single-sensor tracklets, association, estimates of objects, and a bank for raids."""
