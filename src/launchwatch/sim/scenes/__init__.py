"""What there is to be seen, and what lies between it and a sensor."""
