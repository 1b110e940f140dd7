"""A third channel, which only the tests have: people on lines of text, whose answers are numbered."""
