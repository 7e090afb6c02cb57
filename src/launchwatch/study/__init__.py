"""Ensembles: Monte Carlo, comparisons and sweeps; runs on one machine or a cluster."""
