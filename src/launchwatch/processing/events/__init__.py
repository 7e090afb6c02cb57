"""Events: which tracks, own and foreign, are one launch."""
