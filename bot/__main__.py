"""The command line: `samenspraak` and then what to do, such as `run`.

Only the command that is asked for is imported, with what it needs. Every mistake ends in one clear sentence and exit
code 2; what a script reads is on standard output, the rest is not.
"""

import argparse
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module

from bot import __version__
from bot.runtime import logs
from bot.runtime.loading import undisturbed

ONLY_OURS = 0o077  # what we make, databases and exports too, no other account can read
COMMANDS: Mapping[str, str] = {
    "run": "answer people, until stopped",
    "partnership": "make or list partnerships",
    "programme": "let somebody read the results of several partnerships",
    "wave": "open or close a round of asking",
    "summary": "the scores, as far as they may be shown now",
    "report": "a report of a wave as a PDF, to print or to send on",
    "export": "pseudonymous answers of a wave, for research",
    "rehearse": "let simulated people answer, to see a summary at once",
    "demo": "a demonstration behind one link, for a stand: invented answers, to take part in or to look at",
    "seat": "who coordinates or reads along, and how a seat is taken away",
    "audio": "make and check the recordings by which statements are read aloud",
    "whatsapp": "the templates that Meta approves, and what messages in WhatsApp cost",
    "doctor": "is everything well? exit code 1 when it is not",
    "backup": "write the whole database to one file, while the bot runs",
    "restore": "put a back-up back, where there is no database",
    "secret": "seal everything with a new secret, while the bot runs",
    "bounce": "take in a mail that came back, from standard input, for a mail server",
    "completion": "print what lets a shell complete our commands: bash, zsh, fish or powershell",
}
"""Each is the module of this name in `bot.command_line`."""


def main(arguments: Sequence[str] | None = None) -> int:
    os.umask(ONLY_OURS)
    with logs.guarded():
        given = sys.argv[1:] if arguments is None else arguments
        with undisturbed():
            asked = _parser(_wanted(given)).parse_args(given)
        return int(asked.carry_out(asked))


def _wanted(given: Sequence[str]) -> Collection[str]:
    return [word for word in given if not word.startswith("-")][:1]


def _parser(wanted: Collection[str]) -> argparse.ArgumentParser:
    """With every command, of which those that are wanted have their arguments."""
    parser = argparse.ArgumentParser("samenspraak", description="A survey chat-bot for neighbourhood partnerships.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(whole=lambda: _parser(COMMANDS))  # for who completes all of them
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if name in wanted:
            import_module(f"bot.command_line.{name}").add_to(command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
