"""Numbers: read as we write them ourselves, in buttons, commands and links; whatever else is written is no number."""


def as_number(text: str, most: int) -> int | None:
    """A whole number from 0 to `most`: no sign, no spaces, no other alphabets, no more digits than `most` has."""
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return found if is_one and (found := int(text)) <= most else None
