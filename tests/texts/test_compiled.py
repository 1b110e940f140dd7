"""What is compiled is kept, and never taken when anything of it changed."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.cldr import about, day, moment
from bot.texts.compiled import compiled
from bot.texts.direction import direction_of
from bot.texts.languages import autonym
from tests.house import ROOT
from tests.unprivileged import without_powers

LANGUAGES = ("nl", "en", "pl", "ar", "tr", "pt_BR", "uk", "fa")
FIRST, OTHER = b"what it is made of", b"what it is made of now"


PROGRAM = """
from pathlib import Path
from bot.texts.compiled import compiled
print([compiled(Path('x.po'), 'babel', b'', lambda: b'{}').decode() for _ in range(2)])
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In a process that keeps what it makes, also where Python was told to keep nothing."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "source.po"


def made(source: Path, of: bytes, library: str = "babel") -> bool:
    """Whether it was made just now; what comes is what was asked for in any case."""
    times = []

    def make() -> bytes:
        times.append(1)
        return b"made of " + of

    assert compiled(source, library, of, make) == b"made of " + of
    return bool(times)


def kept(source: Path) -> Path:
    (found,) = (source.parent / "__pycache__").iterdir()
    return found


def test_what_was_made_once_is_kept(source: Path) -> None:
    assert [made(source, FIRST) for _ in range(3)] == [True, False, False]


def test_it_is_made_anew_when_its_source_or_the_library_is_another(source: Path) -> None:
    made(source, FIRST)
    assert [made(source, OTHER), made(source, OTHER), made(source, OTHER, "jinja2"), made(source, FIRST)] == [
        True,
        False,
        True,
        True,
    ]


def test_it_is_made_anew_when_the_module_that_makes_it_changed(tmp_path: Path) -> None:
    for now in ("one", "one", "two"):
        assert said_by_a_program_that_makes(now, tmp_path, tmp_path) == f"{[now, now]}\n"


@pytest.mark.parametrize(
    "spoil",
    [lambda whole: b"", lambda whole: whole[:-1], lambda whole: whole[:40], lambda whole: whole[:-1] + b"?"],
    ids=["empty", "cut short", "cut shorter", "changed"],
)
def test_what_is_not_whole_is_not_taken(source: Path, spoil: Callable[[bytes], bytes]) -> None:
    made(source, FIRST)
    kept(source).write_bytes(spoil(kept(source).read_bytes()))
    assert [made(source, FIRST), made(source, FIRST)] == [True, False]


def test_a_folder_where_it_should_be_is_no_harm(source: Path) -> None:
    made(source, FIRST)
    place = kept(source)
    place.unlink()
    place.mkdir()
    assert [made(source, FIRST), made(source, FIRST)] == [True, True]


def test_where_python_keeps_nothing_nothing_is_kept(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [made(source, FIRST), made(source, FIRST)] == [True, True]
    assert not [*source.parent.iterdir()]


def test_a_folder_that_cannot_be_written_is_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "of somebody else"
    folder.mkdir(mode=0o555)
    assert said_by_a_program_that_makes("it", tmp_path, folder) == "['it', 'it']\n"
    assert not [*folder.iterdir()]


def said_by_a_program_that_makes(what: str, place: Path, folder: Path) -> str:
    program = place / "program.py"
    program.write_text(PROGRAM.format(what))
    command = *without_powers(), sys.executable, str(program)
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
@given(when=st.datetimes(timezones=st.just(UTC)))
def test_dates_are_those_of_unicodes_data(language: str, when: datetime) -> None:
    locale = Locale.parse("en_GB" if language == "en" else language)
    assert day(when.date(), language) == format_date(when, "long", locale=locale)
    of_week = re.sub("E+", "EEEE", locale.datetime_skeletons["MMMMEd"].pattern)
    assert moment(when, language) == format_datetime(when, f"{of_week} HH:mm", tzinfo=UTC, locale=locale)


def test_what_a_language_is_called_and_which_way_it_goes() -> None:
    assert [autonym(one) for one in LANGUAGES[:4]] == ["Nederlands", "English", "Polski", "العربية"]
    assert [one for one in LANGUAGES if direction_of(one) == "rtl"] == ["ar", "fa"]
    assert [about(one).decimal_mark for one in ("nl", "en")] == [",", "."]
    with pytest.raises(ValueError, match="klingon"):
        about("klingon")
