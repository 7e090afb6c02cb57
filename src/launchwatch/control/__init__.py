"""The control system: warnings, procedures, releases, tasking, health."""
