"""The focal-plane kernel beside scipy.ndimage doing the same work."""
