"""The data-processing system: from observations to assessments."""
