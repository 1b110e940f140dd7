"""Completion: what is printed is what a shell takes, and it knows every command with what may follow."""

import subprocess

import pytest

from bot.__main__ import COMMANDS, main
from bot.command_line.completion import SHELLS

COMPLETED = """
source /dev/stdin
COMP_WORDS=(samenspraak "$@")
COMP_CWORD=$#
_shtab_samenspraak samenspraak "${COMP_WORDS[COMP_CWORD]}" ""
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("completion", shell)) == 0
    printed = capsys.readouterr().out
    assert not [name for name in COMMANDS if name not in printed]
    assert "minimum-group" in printed, "of a command behind a command too"


def test_bash_completes_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(("completion", "bash"))
    printed = capsys.readouterr().out
    for words, found in ((("pro",), "programme"), (("wave", "cl"), "close"), (("backup", "--f"), "--force")):
        done = subprocess.run(["bash", "-c", COMPLETED, "bash", *words], input=printed, capture_output=True, text=True)
        assert done.stdout.split() == [found], done.stderr
