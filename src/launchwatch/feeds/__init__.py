"""Real sources of observations: files, satellite imagery, tracking messages and the network."""
