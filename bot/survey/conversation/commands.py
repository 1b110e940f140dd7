"""Commands: the menu, for everybody and for coordinators; where each leads, and what is said about it."""

from collections.abc import Mapping, Sequence

from bot.survey.conversation.buttons import Coordinate, ReadProgramme, Screen
from bot.survey.phrases import say

COMMANDS: Mapping[str, Screen | None] = {
    "start": None,
    "continue": None,
    "language": Screen.LANGUAGE,
    "help": Screen.HELP,
    "reminders": Screen.REMINDERS,
    "mydata": Screen.MY_DATA,
    "erase": Screen.ERASE,
    "stop": Screen.STOPPED,
    "privacy": Screen.PRIVACY,
}
"""The menu. A command without a screen goes on with the survey."""

COORDINATING = ("status", "invite", "summary", "report", "agreement", "open", "close", "share", "settings", "team")
"""The coordinator's part of the menu."""
OF_ROLES: Mapping[str, Sequence[str]] = {
    "coordinator": COORDINATING,
    "viewer": ("summary",),
    "programme": ("programme",),
}
"""By the role of a seat: the part of the menu of whoever has it."""
SEATED = (*COORDINATING, "programme")
"""Every command for somebody with a seat."""

_LOOKING = {
    *("home", "status", "invite", "forward", "places", "qr", "poster", "form", "summary", "report", "wall", "picture"),
    *("table", "rounds", "views", "file", "written"),
    *("share", "share_write", "open", "close", "reopen", "team", "leave"),
    *("agreement", "agreement_add", "agreement_edit"),
    *("recordings", "record", "record_away", "voice_away"),
}
_CHOOSING = {"settings", "language", "open_name", "open_day", "open_weeks", "agreement_done"}
_READING = {"home", "side", "next", "tokens", "leave"}


def only_looks(press: Coordinate | ReadProgramme) -> bool:
    """Whether what somebody with a seat asks for changes nothing, so that it can have an address on a page. Where there
    is something to choose, that holds until it is chosen."""
    if isinstance(press, ReadProgramme):
        return press.action in _READING
    return press.action in _LOOKING or (press.action in _CHOOSING and press.argument.endswith("-"))


ABOUT_COMMANDS = {
    "start": say("Begin, or go on"),
    "continue": say("Go on with the statements"),
    "language": say("Choose another language"),
    "help": say("Help"),
    "reminders": say("See and change your reminders"),
    "mydata": say("See your own answers"),
    "erase": say("Delete all your answers"),
    "stop": say("No more messages"),
    "privacy": say("What happens with your answers"),
}
ABOUT_COORDINATING = {
    "status": say("Status"),
    "invite": say("Invite"),
    "summary": say("Summary"),
    "report": say("Report and discussion sheet"),
    "agreement": say("Agreements"),
    "open": say("Open a next round"),
    "close": say("Close the round"),
    "share": say("Tell everybody what you will do"),
    "settings": say("Settings"),
    "team": say("Team"),
    "programme": say("The partnerships that you follow"),
}
