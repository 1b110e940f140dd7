"""E-mail, against a mail server on loopback."""
