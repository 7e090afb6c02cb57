"""Warnings: when a centre speaks, what it says, when it takes it back."""
