"""Observations: what arrives, in order of arrival, once each."""
