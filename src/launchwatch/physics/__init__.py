"""Facts that simulator and processing may both know: gravity, air, Earth, Sun, radiometry, radar, visibility."""
