"""A run as text, HTML, maps, plots and globe."""
