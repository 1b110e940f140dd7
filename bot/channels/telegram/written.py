"""What a call to the Bot API says: a form, with files or without."""

import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from telegram.request import RequestData

from bot.http.written import FORM, Body

IN_NAME = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as a browser writes the name of a field or a file


def body_of(data: RequestData | None) -> Body | None:
    if data is None:
        return None
    if not data.contains_files:
        return FORM, urlencode(data.json_parameters).encode()
    boundary = secrets.token_hex(16)
    return f"multipart/form-data; boundary={boundary}", b"".join(_parts(data, boundary))


def _parts(data: RequestData, boundary: str) -> Iterator[bytes]:
    for name, value in data.json_parameters.items():
        yield _part(boundary, name) + value.encode() + b"\r\n"
    for name, (file_name, content, kind) in data.multipart_data.items():
        more = f'; filename="{file_name.translate(IN_NAME)}"', f"\r\nContent-Type: {kind}"
        yield _part(boundary, name, *more) + _all_of(content) + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _part(boundary: str, name: str, file_name: str = "", kind: str = "") -> bytes:
    field = f'Content-Disposition: form-data; name="{name.translate(IN_NAME)}"{file_name}{kind}'
    return f"--{boundary}\r\n{field}\r\n\r\n".encode()


def _all_of(content: Any) -> bytes:
    return content if isinstance(content, bytes) else bytes(content.read())
