"""Templates: the HTML of pages. Each is compiled when it changed; every value in it is escaped."""

import marshal
from collections.abc import MutableMapping
from functools import cache
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template

from bot.channels.web.assets import HERE
from bot.survey.conversation.buttons import encode
from bot.texts.compiled import compiled
from bot.texts.direction import direction_of
from bot.texts.languages import tag_of


@cache
def template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=_Loader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(tag=tag_of, direction=direction_of, data=encode)
    return made


class _Loader(BaseLoader):
    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:
        path = HERE / name
        content = path.read_bytes()

        def make() -> bytes:
            return marshal.dumps(environment.compile(content.decode(), name, name))

        code = compiled(path, "jinja2", content, make)
        return Template.from_code(environment, marshal.loads(code), globals or {})  # noqa: S302 - as code of a module
