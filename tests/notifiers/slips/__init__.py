"""A third notifier, that lives in the tests: a neighbour who puts slips of paper in letterboxes."""
