"""The machine interface: what a reader of a programme may read, for a program. Nothing is released for it."""
