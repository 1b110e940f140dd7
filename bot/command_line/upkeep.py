"""`samenspraak doctor`: is everything well?"""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from bot import app, doctor
from bot.doctor import Finding
from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.command_line.opening import Commands

SAID = {True: "ok", False: "NOT OK", None: "-"}


def add_to(commands: "Commands") -> None:
    examining = commands.add_parser("doctor", help="is everything well? exit code 1 when it is not")
    examining.add_argument("--json", action="store_true", help="for scripts")
    examining.set_defaults(command=examine, misconfigured=examine_settings)


def examine(asked: argparse.Namespace, settings: Settings) -> int:
    """Look at everything, beside a running bot or without one."""
    return _report(asked, asyncio.run(doctor.look(settings, app.wall_clock())))


def examine_settings(asked: argparse.Namespace, error: SettingsError) -> int:
    return _report(asked, doctor.wrong_settings(error))


def _report(asked: argparse.Namespace, findings: list[Finding]) -> int:
    if asked.json:
        print(json.dumps(doctor.as_json(findings, app.wall_clock()), indent=2, ensure_ascii=False))
    else:
        print("\n".join(map(_in_words, findings)))
    return 0 if doctor.is_well(findings) else 1


def _in_words(finding: Finding) -> str:
    lines = [f"{SAID[finding.ok]:7} {finding.name:10} ", *finding.found.splitlines()]
    first = f"{lines[0]}{lines[1]}" if len(lines) > 1 else lines[0]
    advice = [f"do: {finding.advice}"] if finding.advice else []
    return "\n".join((first, *(f"{'':19}{line}" for line in (*lines[2:], *advice))))
