"""Workbooks: columns run as the words of their head do."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from bot.rendering.workbooks import workbook_xlsx


@pytest.mark.parametrize(("head", "is_turned"), [(["deel", "zin"], False), (["جزء", "جملة"], True)])
def test_a_sheet_runs_as_its_head_does(head: list[str], is_turned: bool) -> None:
    book = workbook_xlsx("x", [["De Verbinders"], head, ["De Verbinders", 12]])
    (sheet,) = load_workbook(BytesIO(book)).worksheets
    assert bool(sheet.sheet_view.rightToLeft) == is_turned
    assert [cell.value for cell in sheet[3]] == ["De Verbinders", 12]
