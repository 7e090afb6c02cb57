"""Raids of ballistic targets through LaunchWatch's bank of tracks and through Stone Soup, side by side in one run."""
