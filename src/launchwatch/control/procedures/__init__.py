"""Procedures: what crew, conference and authority do with a warning, and how long it takes them."""
