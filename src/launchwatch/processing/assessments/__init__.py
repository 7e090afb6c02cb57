"""Assessments: typing, launch point, impact point, false-alarm rate and confidence."""
