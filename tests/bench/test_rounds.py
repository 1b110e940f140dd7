"""The rounds: a bare bot makes the same calls as ours for a whole respondent, and ours stored what was tapped."""

import sys
from pathlib import Path

import pytest

from bench.bots import BenchError
from bench.rounds import COUNTED, WORKS, Going, Leg, Run, same_work

*_, WITH_PICTURE = WORKS
OF_A_WALK = {"answerCallbackQuery": 30, "editMessageText": 30, "sendMessage": 1, "sendPhoto": 1}


@pytest.mark.process
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads the clocks of Linux")
@pytest.mark.fire
async def test_a_bare_bot_does_what_ours_does(tmp_path: Path) -> None:
    runs = [await gone(tmp_path / bot, bot) for bot in ("ours", "a4")]
    for run in runs:
        assert {method: run.calls[method] / run.answers for method in COUNTED} == {
            method: calls / 26 for method, calls in OF_A_WALK.items()
        }
        assert run.cpu > 0
    assert [run.found for run in runs] == [26 * 2, 0]  # who warmed up is there too
    same_work(runs)
    with pytest.raises(BenchError, match="not the same work"):
        same_work([runs[0], more_answers(runs[1])])


async def gone(folder: Path, bot: str) -> Run:
    folder.mkdir()
    return await Going(Leg(bot, WITH_PICTURE, 1), folder, total=1).go(None)


def more_answers(run: Run) -> Run:
    run.calls["editMessageText"] += 1
    return run
