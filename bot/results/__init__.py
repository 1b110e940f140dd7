"""Results: what may be released is released, read and sent."""
