"""The description: what can be asked and what it gives, as OpenAPI 3.1, made of the resources and their shapes.

It is the same for everybody and says nothing about what is stored.
"""

import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.api import shapes
from bot.api.resources import LARGEST, RESOURCES, Page, Resource

Schema = dict[str, Any]

VERSION = "1"
SIMPLE: Mapping[type, Schema] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    types.NoneType: {"type": "null"},
}
PROBLEMS: Mapping[int, str] = {
    400: "A parameter is unknown, or not what it may be.",
    401: "There is no token, or it does not work (any more).",
    404: "There is no such thing in this programme.",
    405: "Only GET and HEAD: nothing can be changed here.",
    429: "Too many tokens that do not work were tried from there. Wait ten minutes.",
    503: "The database is away. Try again in a minute.",
}
"""What is said when something is wrong, by its status."""


@cache
def description() -> bytes:
    return as_json(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Samenspraak",
                "version": VERSION,
                "description": cleandoc(
                    """Reads what a reader of a programme may read: published scores, and how many people take part.
                    Nothing can be changed, and asking publishes nothing."""
                ),
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": f"/api/v{VERSION}"}],
            "security": [{"token": []}],
            "paths": {one.path: {"get": _operation(one)} for one in RESOURCES},
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": {one.__name__: _object(one) for one in _shapes()},
            },
        }
    )


def problem(status: int) -> bytes:
    """What is said when there is nothing else to say."""
    said = shapes.Problem("about:blank", HTTPStatus(status).phrase, status, PROBLEMS[status])
    return as_json(asdict(said))


def as_json(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode()


def _operation(resource: Resource) -> Schema:
    return {
        "operationId": resource.read.__name__.strip("_"),
        "summary": resource.about,
        "parameters": [*map(_number, resource.numbers), *(map(_parameter, LARGEST) if resource.in_pages else ())],
        "responses": {
            "200": {
                "description": resource.about,
                "headers": {"ETag": {"schema": SIMPLE[str]}},
                "content": {"application/json": {"schema": _reference(resource.gives)}},
            },
            "304": {"description": "It is as it was, where If-None-Match says how that is."},
            **{str(status): _problem(said) for status, said in PROBLEMS.items()},
        },
    }


def _problem(said: str) -> Schema:
    return {"description": said, "content": {"application/problem+json": {"schema": _reference(shapes.Problem)}}}


def _number(name: str) -> Schema:
    whole = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
    return {"name": name, "in": "path", "required": True, "schema": whole}


def _parameter(name: str) -> Schema:
    (least, most), default = LARGEST[name], getattr(Page(), name)
    whole = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return {"name": name, "in": "query", "schema": whole}


def _shapes() -> Iterator[type]:
    return (one for one in vars(shapes).values() if is_dataclass(one) and isinstance(one, type))


def _object(shape: type) -> Schema:
    hints = get_type_hints(shape)
    names = [field.name for field in fields(shape)]
    about = " ".join(cleandoc(shape.__doc__ or "").split())
    properties = {name: schema(hints[name]) for name in names}
    return {"type": "object", "description": about, "properties": properties, "required": names}


def schema(kind: Any) -> Schema:
    """Of the type of a field."""
    origin, inside = get_origin(kind), get_args(kind)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if origin is Literal:
        return {"type": "string", "enum": list(inside)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(one) for one in inside]}
    if origin is tuple:
        return {"type": "array", "items": schema(inside[0])}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema(inside[1])}
    return _reference(kind)


def _reference(shape: type) -> Schema:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
