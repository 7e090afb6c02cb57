"""Releases: what leaves the node, by whose authority, to whom."""
