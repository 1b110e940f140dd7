"""The engine: transactions, statements, sealing; all that tables stand on."""
