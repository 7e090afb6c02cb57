"""The command line: a door without domain logic. Nothing heavy is imported before a command runs."""
