"""Standard files and messages, in and out."""
