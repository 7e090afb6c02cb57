"""Health: silence of a sensor, a component or a link shown as the fault it is."""
