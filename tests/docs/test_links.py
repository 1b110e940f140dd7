"""Links: whatever leads from one page of ours to another leads somewhere."""

from pathlib import Path

from tests.docs.markdown import every_file, is_broken, links
from tests.house import ROOT


def test_no_link_is_broken() -> None:
    files = every_file()
    assert ROOT / "README.md" in files
    broken = [
        f"{path.relative_to(ROOT)}: {target}" for path in files for target in links(path) if is_broken(path, target)
    ]
    assert broken == []


def test_one_that_is_broken_is_found(tmp_path: Path) -> None:
    there = ROOT / "docs/running.md"
    right = ("../README.md#settings", "#e-mail", "chat.svg", "decisions/", "decisions/0002-nothing-before-consent.md")
    wrong = ("../README.md#setting", "#mail", "chat.png", "chat.svg#e-mail", "../../README.md", "0002.md")
    assert [one for one in (*right, *wrong) if is_broken(there, one)] == list(wrong)
    page = tmp_path / "page.md"
    page.write_text('[a](b.md#c) ![d](<e.png>) [f](g "h")\n```\n[i](j)\n```\n[k](https://l.example) [m](mailto:n)\n')
    assert list(links(page)) == ["b.md#c", "e.png", "g"]
