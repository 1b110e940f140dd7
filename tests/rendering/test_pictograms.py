"""Pictograms: which there are, that they are of one style, and what is left of them without colour and in a mirror."""

from functools import cache
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import typst
from PIL import Image, ImageOps

from bot.rendering.pictograms import FOLDER, KEYS, SIZE, under_each_other
from bot.survey.checklist import Checklist

SVG = "{http://www.w3.org/2000/svg}"
STYLE = {
    "viewBox": f"0 0 {SIZE} {SIZE}", "fill": "none", "stroke": "currentColor", "stroke-width": "2",
    "stroke-linecap": "round", "stroke-linejoin": "round",
}  # fmt: skip
EVERY = pytest.mark.parametrize("key", KEYS)
GROWING = ("no", "rather_no", "middle", "rather_yes", "yes")
ALIKE = 0.01  # of the pixels, at most: what is left and right of a line is not rounded the same


def test_each_part_and_each_answer_has_one_and_nothing_else_has(checklist: Checklist) -> None:
    assert {*KEYS} == {*checklist.parts, *checklist.options}


@EVERY
def test_they_are_of_one_style_and_hold_no_words(key: str) -> None:
    root = ElementTree.fromstring((FOLDER / f"{key}.svg").read_text("utf-8"))
    assert root.attrib == STYLE
    below = list(root.iter())[1:]
    assert below
    assert {one.tag for one in below} <= {f"{SVG}{shape}" for shape in ("path", "circle", "rect")}
    assert {one.get("fill", "none") for one in below} <= {"none", "currentColor"}
    assert not any(one.get("stroke") or (one.text or "").strip() for one in below)


@EVERY
def test_nothing_of_one_is_in_the_next_where_they_stand_under_each_other(key: str) -> None:
    left, top, right, bottom = ImageOps.invert(drawn(key)).getbbox() or (0,) * 4
    assert min(left, top, 240 - right, 240 - bottom) >= 3, "a third of a unit is free on every side"


def test_no_two_are_alike() -> None:
    assert len({drawn(key).tobytes() for key in KEYS}) == len(KEYS)


def test_the_five_answers_grow_by_equal_steps_and_are_the_same_in_a_mirror(checklist: Checklist) -> None:
    assert tuple(option.key for option in checklist.scale) == GROWING
    dark = [sum(drawn(key).histogram()[:128]) for key in GROWING]
    steps = [after - before for before, after in pairwise(dark)]
    assert min(steps) > 0.6 * max(steps) > 0, "a glass is narrower at its foot"
    for key in (*GROWING, "dont_know", "not_applicable"):
        there, back = drawn(key), ImageOps.mirror(drawn(key))
        differ = sum(one != other for one, other in zip(black(there), black(back), strict=True))
        assert differ < ALIKE * 240 * 240, key


def test_all_in_one_file_each_at_its_place() -> None:
    root = ElementTree.fromstring(under_each_other())
    assert (root.get("width"), root.get("height")) == (str(SIZE), str(SIZE * len(KEYS)))
    for number, (key, one) in enumerate(zip(KEYS, root, strict=True)):
        own = ElementTree.fromstring((FOLDER / f"{key}.svg").read_text("utf-8"))
        place = {"y": str(SIZE * number), "width": str(SIZE), "height": str(SIZE)}
        assert one.attrib == {**own.attrib, **place}
        assert [ElementTree.tostring(part) for part in one] == [ElementTree.tostring(part) for part in own]


@cache
def drawn(key: str) -> Image.Image:
    """Ten pixels for each unit, dark on white."""
    page = f'#set page(width: {SIZE}pt, height: {SIZE}pt, margin: 0pt)\n#image("{key}.svg", width: 100%)'
    png = typst.Compiler(root=FOLDER).compile(page.encode(), format="png", ppi=720)
    assert isinstance(png, bytes)
    return Image.open(BytesIO(png)).convert("L")


def black(image: Image.Image) -> list[bool]:
    return [value < 128 for value in image.tobytes()]
