"""Detections: what stands above threshold, with its false-alarm probability."""
