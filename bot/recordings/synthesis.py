"""Synthesis: words spoken by a computer, with espeak-ng. A start, until somebody of the neighbourhood has spoken them.

What the program says wrong is respelt for its ears; what stands on the screen stays as it is.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.survey.errors import OperatorError
from bot.texts.languages import tag_of

PROGRAM = "espeak-ng"
SLOWLY = ("-s", "140", "-g", "6")  # words a minute, and a pause of so many hundredths of a second between them
PAUSE = "\n\n"
PATIENCE = 60  # seconds

RESPELT: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "deelname": "[[d'e:lna:m@]]",
        "elkaar": "[[Elk'a:r]]",
        "loyaal": "[[l,o:j'a:l]]",
        "onderhoudt": "[[Ond@rh'VUt]]",
        "welzijn": "[[v#'ElzEIn]]",
    }
}
"""By language: a word, and its sounds as the program writes them."""


class NoVoice(OperatorError):
    """A computer cannot speak here; the message says what is missing."""


def has_voice(language: str) -> bool:
    """Raises NoVoice where there is no program at all."""
    return not run(["-q", "a"], language).returncode


def speak(words: Sequence[str], language: str, file: Path) -> None:
    """Into a WAV file. Raises NoVoice."""
    done = run([*SLOWLY, "-w", str(file)], language, respelt(PAUSE.join(words), language))
    if done.returncode or not file.is_file():
        raise NoVoice(f"{PROGRAM} does not speak {language}: {done.stderr.decode(errors='replace').strip()}")


def respelt(words: str, language: str) -> str:
    for word, spelling in RESPELT.get(language, {}).items():
        words = re.sub(rf"\b{word}\b", spelling, words)
    return words


def run(arguments: Sequence[str], language: str, given: str = "") -> "subprocess.CompletedProcess[bytes]":
    if not (program := shutil.which(PROGRAM)):
        raise NoVoice(f"The program {PROGRAM} is not installed. On Debian or Ubuntu: apt-get install {PROGRAM}")
    command = [program, "-v", tag_of(language).lower(), *arguments]
    return subprocess.run(command, input=given.encode(), capture_output=True, timeout=PATIENCE)  # noqa: S603 - ours
