"""Pictograms: one for each part of the checklist and a quiet one for each answer, drawn for this product.

Each is a drawing of 24 by 24 under the key of what it stands for, in one style: lines of 2 with round ends, no colour
of its own, no letters, the same for whoever reads from the right. It stands beside words and never instead of them.
"""

from pathlib import Path

FOLDER = Path(__file__).parent / "templates" / "pictograms"
SIZE = 24
KEYS = tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))


def under_each_other() -> str:
    """All in one drawing, in the order of their keys: who looks at several of them fetches one file."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE * len(KEYS)}">'
        f"{''.join(_placed(key, SIZE * number) for number, key in enumerate(KEYS))}</svg>"
    )


def _placed(key: str, top: int) -> str:
    drawn = (FOLDER / f"{key}.svg").read_text("utf-8").strip()
    return drawn.replace("<svg ", f'<svg y="{top}" width="{SIZE}" height="{SIZE}" ', 1)
