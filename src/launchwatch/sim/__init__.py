"""The simulator: truth, scenes, sensors. The data-processing and control systems never import it."""
