"""Limits: how long a text may be in any language, by where the source says it.

Telegram refuses what is longer, cuts it off, or sets a button on two lines; a translator hears of it before that.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.survey.phrases import as_shown

ANYWHERE = 2000  # half of what Telegram takes in a message: the values come in yet
COMMAND = 32
BUTTON, NOTICE, ABOUT_A_COMMAND = 40, 200, 256
OF_CONSTANTS = {
    "DESCRIPTION": 512,
    "SHORT_DESCRIPTION": 120,
    "ABOUT_COMMANDS": ABOUT_A_COMMAND,
    "ABOUT_COORDINATING": ABOUT_A_COMMAND,
    **dict.fromkeys(("GROUP_LABELS", "MOMENTS"), BUTTON),
}
"""What is said in these, by their names."""
OF_FILES = {"notices.py": NOTICE}
"""All that is said in these."""
OF_CALLS = {"Button": BUTTON, "button": BUTTON, "_button": BUTTON}
"""What is said as the label of these. Where a text is said in several places, the strictest holds."""


@cache
def of_source(rooms: Path) -> dict[str, int]:
    """The text of each that is shorter than what holds anywhere -> the most characters that it may have."""
    found: dict[str, int] = {}
    for file in sorted(rooms.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for text, most in (*_in(tree), *_each(tree, OF_FILES.get(file.name))):
            found[text] = min(most, found.get(text, most))
    return found


def _in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            (target, *_) = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from _each(node.value, OF_CONSTANTS.get(_name(target)))
        elif isinstance(node, ast.Call):
            for label in node.args[:2]:
                yield from _each(label, OF_CALLS.get(_name(node.func)))


def _each(node: ast.AST, most: int | None) -> Iterator[tuple[str, int]]:
    """What is said there, in so many characters at most."""
    said = (one for one in ast.walk(node) if isinstance(one, ast.Call) and _name(one.func) == "say") if most else ()
    for call in said:
        if isinstance(text := getattr(call.args[0], "value", None), str):
            yield as_shown(text), most or ANYWHERE


def _name(node: ast.AST) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))
