"""BENCH-1, one staged flight of 10,000 km, through LaunchWatch and through heyoka, side by side in one run."""
