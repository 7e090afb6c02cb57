"""Point sources in a frame, simulated or real: background, noise, matched filter, threshold, centroid, flux."""

from launchwatch.physics.imaging.detector import Detector, detection_threshold
from launchwatch.physics.imaging.spots import Spots, find_spots, measure_at

__all__ = ["Detector", "Spots", "detection_threshold", "find_spots", "measure_at"]
