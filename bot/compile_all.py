"""Compiles what a start would compile, texts and pages: for an image or a folder that nobody writes to later.

`python -m bot.compile_all`, as `python -m compileall` does for modules.
"""

from bot.channels.web.assets import HERE
from bot.channels.web.templates import template
from bot.texts.texts import load


def main() -> None:
    load()
    for path in HERE.glob("*.html"):
        template(path.name)


if __name__ == "__main__":
    main()
