"""A raid against one phased array, with the scheduler and without."""
