"""Where, how high and how soon a launch would be seen: what `launchwatch coverage` does."""
