"""Each known-bad part shown by itself: it does what is wrong, where the good one does not."""
