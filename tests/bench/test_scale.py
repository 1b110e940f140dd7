"""Scale: it computes from whole respondents as `bench/RESULTS.md` has them, and from nothing else."""

from pathlib import Path

import pytest

from bench import scale
from bench.bots import BenchError

RESULTS = """\
| ours | a warm answer | 64 people | 0.700 (0.69..0.71) | 900 |
| a4 | a whole respondent | 64 people | 5.000 | 900 |
| ours | a whole respondent | 1 person | 6.000 | 900 |
| ours | a whole respondent with the picture | 64 people | 2.000 (1.9..2.1) | 900 |
| ours | a whole respondent | 64 people | 1.000 (0.9..1.1) | 900 |
"""


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "RESULTS.md"
    path.write_text(RESULTS, "utf-8")
    monkeypatch.setattr(scale, "RESULTS", path)
    return path


def test_a_whole_respondent_is_26_answers_as_measured(results: Path) -> None:
    measured = scale.Measured(scale.cpu_of(scale.PLAIN), scale.cpu_of(scale.WITH_PICTURE), 1_700)
    assert measured.plain == pytest.approx(0.026)
    assert measured.picture == pytest.approx(0.026)
    assert measured.person == pytest.approx(0.026 + scale.PICTURES * 0.026)
    assert "| CPU of a whole respondent from the link to the thanks, one core | 26 ms |" in scale.inputs(measured)


def test_without_such_a_figure_it_says_what_to_do(results: Path) -> None:
    results.write_text("| ours | 64 people | 0.732 |", "utf-8")
    with pytest.raises(BenchError, match="no figure for a whole respondent: first `python -m bench --write`"):
        scale.cpu_of(scale.PLAIN)
