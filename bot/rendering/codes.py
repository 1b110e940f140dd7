"""Codes: the QR code of a link, as a drawing for a sheet and as a picture of its own."""

from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segno import QRCode

QUIET = 4  # modules of white around a code (ISO 18004)
PICTURE = 800


def qr_png(link: str) -> bytes:
    """600 to 800 pixels wide with the white around it."""
    code, picture = _code(link), BytesIO()
    code.save(picture, kind="png", border=QUIET, scale=PICTURE // (len(code.matrix) + 2 * QUIET))
    return picture.getvalue()


def qr_svg(link: str) -> str:
    drawing = BytesIO()
    _code(link).save(drawing, kind="svg", border=QUIET, omitsize=True, xmldecl=False)
    return drawing.getvalue().decode()


def qr_lines(link: str) -> str:
    """For a terminal, in half blocks."""
    drawing = StringIO()
    _code(link).terminal(drawing, border=QUIET, compact=True)
    return drawing.getvalue()


def _code(link: str) -> "QRCode":
    import segno

    return segno.make(link, error="m", micro=False, boost_error=False)
