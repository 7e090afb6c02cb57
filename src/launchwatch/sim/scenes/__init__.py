"""What lies between a flight and a sensor: weather."""
