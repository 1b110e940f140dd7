"""E-mail addresses as people type them: what is one, in which form it is kept, and how much of it is shown.

Strict on purpose: no more is taken than every mail server takes, and nothing that could be a second line of a mail.
"""

import re

LONGEST, LONGEST_LOCAL = 254, 64  # signs; RFC 5321
AROUND = " \t\r\n\u00a0\u200b\u200e\u200f\ufeff<>\"'"  # what comes along when it is pasted
BEHIND = f"{AROUND}.,;:"  # or when a sentence ends with it
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")


def address_of(typed: str) -> str:
    """The address, in small letters and with its domain as the wire has it; nothing when it is none.

    >>> address_of(" Fatima@Bücher.Example. ")
    'fatima@xn--bcher-kva.example'
    """
    tidy = typed.lstrip(AROUND).rstrip(BEHIND).lower().removeprefix("mailto:")
    local, _, domain = tidy.partition("@")
    address = f"{local}@{_on_the_wire(domain)}"
    is_one = LOCAL.fullmatch(local) and DOMAIN.fullmatch(_on_the_wire(domain))
    return address if is_one and len(local) <= LONGEST_LOCAL and len(address) <= LONGEST else ""


def _on_the_wire(domain: str) -> str:
    try:
        return "" if len(domain) > LONGEST else domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def masked(address: str) -> str:
    """Enough for whoever left it to know it again.

    >>> masked("fatima@xn--bcher-kva.example")
    'f•••@bücher.example'
    """
    local, _, domain = address.partition("@")
    return f"{local[:1]}•••@{_as_read(domain)}"


def _as_read(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
