"""Ports that nobody has. They are below those that a system gives out by itself: one of these could be somebody's own
by the time that it is used."""

import os
import socket
from itertools import count

LOWEST, HOW_MANY = 10_000, 22_000
_numbers = count(os.getpid() * 211)  # whoever tests beside us begins somewhere else


def free_port() -> int:
    for number in _numbers:
        port = LOWEST + number % HOW_MANY
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("it counts for ever")
