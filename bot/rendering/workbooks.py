"""Workbooks: rows as a file for a spreadsheet, in which a number is a number and a text is never a formula."""

from collections.abc import Sequence
from io import BytesIO

from bot.texts.direction import FROM_THE_RIGHT

MOST_TITLE = 31  # characters of the name of a sheet
TITLE, HEAD, FIRST = 0, 1, 2  # rows
FROZEN, WIDEST = 3, 320  # columns that stay in sight; pixels


def workbook_xlsx(title: str, rows: Sequence[Sequence[str | int | None]]) -> bytes:
    """What it is of, the head and the rows under it. Its columns run as the words of the head do."""
    import xlsxwriter  # whoever sends no workbook does not load it

    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        is_from_the_right = FROM_THE_RIGHT.search(" ".join(str(cell) for cell in rows[HEAD])) is not None
        sheet, bold = book.add_worksheet(title[:MOST_TITLE]), book.add_format({"bold": True})
        for row, cells in enumerate(rows[HEAD:], HEAD):
            for column, cell in enumerate(cells):
                if cell is not None:
                    write = sheet.write_string if isinstance(cell, str) else sheet.write_number
                    write(row, column, cell, bold if row == HEAD else None)
        sheet.autofit(WIDEST)  # before the title, which may be wider than any column
        sheet.write_string(TITLE, 0, str(rows[TITLE][0]), bold)
        sheet.freeze_panes(FIRST, FROZEN)
        if is_from_the_right:
            sheet.right_to_left()
    return content.getvalue()
