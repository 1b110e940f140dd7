"""Storage: the tables and plain query functions on them; the only package that imports SQLAlchemy.

Every function takes the transaction it works in. What says who somebody is, is sealed before it reaches a table.
"""
