"""Sharing: what one partner's node passes on to another, and when it arrives."""
