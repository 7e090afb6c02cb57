"""The runtime: clocks, bus, lanes, journal and replay. It knows no stage by name.

Nothing is handed on from here, so that a run without a journal never loads SQLite.
"""
