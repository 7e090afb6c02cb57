"""LaunchWatch: an open missile launch detection and early-warning system in software."""

__version__ = "0.1.0"
