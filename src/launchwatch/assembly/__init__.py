"""Composition root: the only place that sees simulator, processing, control and sharing together."""
