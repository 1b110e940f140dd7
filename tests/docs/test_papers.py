"""Papers for public bodies: what they rest on exists, and no column of the database is left out.

Whether a claim is right, its test says; here only that the claim points to one, and to one that is there.
"""

import re
from collections.abc import Iterator

import pytest

from storage.schema import metadata
from tests.docs.markdown import anchors, links
from tests.house import ROOT

PAPERS = ROOT / "docs/nl/overheid"
EVIDENCE, DATA = PAPERS / "bewijs.md", PAPERS / "gegevens.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PLACE = re.compile(r"`((?:bot|storage|tests|docs|locales)/[\w./-]+)`")
ROW = re.compile(r"^\| <a id=\"([\w-]+)\"></a>.*$", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")
TO_FILL_IN = "**[zelf invullen:"


def text_of(name: str) -> str:
    return (PAPERS / name).read_text("utf-8")


def papers() -> list[str]:
    return sorted(path.name for path in PAPERS.glob("*.md"))


@pytest.mark.parametrize("name", papers())
def test_every_test_and_file_that_is_named_is_there(name: str) -> None:
    text = text_of(name)
    missing = [place for place in PLACE.findall(text) if not (ROOT / place).exists()]
    missing += [f"{file}::{test}" for file, test in TEST.findall(text) if not _is_there(file, test)]
    assert missing == []


def _is_there(file: str, test: str) -> bool:
    path = ROOT / file
    return path.is_file() and re.search(rf"^(?:async )?def {test}\(", path.read_text("utf-8"), re.MULTILINE) is not None


def test_every_claim_has_a_decision_and_a_test_and_is_used() -> None:
    rows = {found[1]: found[0] for found in ROW.finditer(text_of(EVIDENCE.name))}
    assert [name for name, row in rows.items() if not (TEST.search(row) and "(../../decisions/0" in row)] == []
    used = {
        link.partition("#")[2] for name in papers() for link in links(PAPERS / name) if link.startswith("bewijs.md#")
    }
    assert used <= anchors(EVIDENCE)
    assert rows.keys() - used == set()


def test_every_column_of_the_database_is_told_and_none_that_is_not_there() -> None:
    told = dict(_tables(text_of(DATA.name)))
    assert told == {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}


def _tables(text: str) -> Iterator[tuple[str, set[str]]]:
    """By the heading above it, what the first cells of each table name."""
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        head, _, below = part.partition("\n")
        rows = (line.split("|")[1] for line in below.partition("\n## ")[0].splitlines() if line.startswith("|"))
        yield NAME.findall(head)[0], {name for row in rows for name in NAME.findall(row)}


def test_what_is_to_be_filled_in_is_marked_in_one_way() -> None:
    """In the papers that an organisation makes its own; elsewhere nothing is."""
    marked = {name for name in papers() if TO_FILL_IN in text_of(name)}
    assert marked >= {"toegankelijkheidsverklaring.md", "privacyverklaring.md", "dpia.md", "verwerkersovereenkomst.md"}
    assert [
        name
        for name in papers()
        if re.search(r"(?<!\*\*)\[zelf invullen|\[invullen|\[\.\.\.\]|XXX|TODO", text_of(name))
    ] == []
