"""Aloud: which recordings say what stands on a screen.

Never another sentence than the one that is read: the words must be those that were spoken, and of a statement also
those with which the wave was opened. And never half a screen: a statement is heard with its answers or not at all.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from bot.letters import Heard, Letter
from bot.recordings import parts
from bot.recordings.folders import Recording
from bot.recordings.kinds import MP3
from bot.recordings.recordings import Recordings
from bot.rendering import attachments
from bot.survey.checklist import fingerprint
from bot.survey.conversation import aloud
from bot.survey.conversation.buttons import Position
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.texts.texts import Texts
from storage import recordings as kept
from storage import wordings
from storage.engine.database import Tx
from storage.standing import Known
from storage.wordings import Wording

NONE: frozenset[tuple[str, int]] = frozenset()


class Aloud:
    """Where there are no recordings, nothing is asked and nothing looked up. What a partnership recorded on the page is
    looked up when the number that comes with it is another one than before, and remembered."""

    def __init__(self, texts: Texts, in_folders: Recordings) -> None:
        self._texts, self._in_folders = texts, in_folders
        self._own: dict[int, tuple[int, Recordings]] = {}
        self._opened_with: dict[tuple[int, int], Wording] = {}  # a language is only ever added to it
        self._in_one: dict[tuple[int, int], tuple[int, frozenset[tuple[str, int]]]] = {}

    def recordings(self, tx: Tx, partnership: Partnership) -> Recordings:
        """All that this partnership could hear, its own first."""
        if not partnership.recorded:
            return self._in_folders
        number, known = self._own.get(partnership.id, (0, self._in_folders))
        if number != partnership.recorded:
            own = map(_of_database, kept.of_partnership(tx, partnership.id))
            known = self._in_folders.with_own(partnership.id, own)
            self._own[partnership.id] = partnership.recorded, known
        return known

    def statement(self, tx: Tx, dialogue: Dialogue, number: int) -> tuple[Recording, ...]:
        """The statement with its plain line, and the answers; none where either is missing."""
        if not (recordings := self.recordings(tx, dialogue.partnership)):
            return ()
        language, now = dialogue.language, self._wording[dialogue.language][str(number)]
        if self._opening(tx, dialogue).get(language, {}).get(str(number), now) != now:
            return ()
        wanted = {parts.of_statement(number): now, parts.ANSWERS: self._answers[language]}
        whose = dialogue.partnership.id
        found = [recordings.find(whose, language, part, words) for part, words in wanted.items()]
        those = tuple(one for one in found if one and one.is_there)
        return those if len(those) == len(wanted) else ()

    def hearing(self, tx: Tx, known: Known) -> Known:
        """The same person, with what a chat can read aloud to them."""
        dialogue = known.dialogue
        recorded = self.in_one(tx, dialogue) if dialogue.channel.sends_voices else NONE
        return replace(known, dialogue=replace(dialogue, recorded=recorded)) if recorded else known

    def along(self, tx: Tx, dialogue: Dialogue, position: Position) -> list[Letter]:
        """The voice of the statement that is shown there, for whoever hears them all."""
        number = dialogue.statement_at(position) if dialogue.reads_aloud else None
        return self.voice(tx, dialogue, number) if number else []

    def voice(self, tx: Tx, dialogue: Dialogue, number: int, replaces: int | None = None) -> list[Letter]:
        """A statement with its answers as a message of a chat; none where it cannot read it aloud."""
        if not (dialogue.is_recorded(number) and (recordings := self.statement(tx, dialogue, number))):
            return []
        said = dict.fromkeys(aloud.read_by(one.spoken_by, one.computer) for one in recordings)
        letter = self._texts.letter(aloud.voice(dialogue, number, [*said]), dialogue.language, replaces)
        seconds = sum(one.seconds for one in recordings)
        return [replace(letter, attachment=attachments.voice([one.digest for one in recordings], seconds))]

    def in_one(self, tx: Tx, dialogue: Dialogue) -> frozenset[tuple[str, int]]:
        """The statements, each with its language, that a chat can read aloud in one message."""
        if not self.recordings(tx, dialogue.partnership):
            return NONE
        key, now = (dialogue.partnership.id, dialogue.wave), dialogue.partnership.recorded
        number, found = self._in_one.get(key, (-1, NONE))
        if number != now:
            every = [(one, item) for one in self._texts.languages for item in dialogue.checklist.items]
            found = frozenset(
                (language, item)
                for language, item in every
                if _is_one_sound(self.statement(tx, replace(dialogue, language=language), item))
            )
            self._in_one[key] = now, found
        return found

    def screen(self, tx: Tx, partnership: Partnership, language: str, part: str, letter: Letter) -> tuple[Heard, ...]:
        """Of a screen that says the words of this letter and no more."""
        recordings = self.recordings(tx, partnership)
        if not recordings or letter.form or letter.grid or letter.attachment:
            return ()
        found = recordings.find(partnership.id, language, part, fingerprint(*parts.spoken(letter)))
        return heard((found,)) if found and found.is_there else ()

    def _opening(self, tx: Tx, dialogue: Dialogue) -> Wording:
        key = dialogue.partnership.id, dialogue.wave
        if key not in self._opened_with:
            self._opened_with[key] = wordings.wording(tx, *key)
        return self._opened_with[key]

    @cached_property
    def _wording(self) -> Wording:
        return self._texts.wording()

    @cached_property
    def _answers(self) -> Mapping[str, str]:
        return {language: parts.answers(self._texts, language).wording for language in self._texts.languages}


def heard(recordings: tuple[Recording, ...]) -> tuple[Heard, ...]:
    return tuple(Heard(one.digest, one.spoken_by, one.computer) for one in recordings)


def _is_one_sound(recordings: tuple[Recording, ...]) -> bool:
    kinds = {one.kind for one in recordings}
    return len(kinds) == 1 and None not in kinds


def _of_database(one: kept.Kept) -> tuple[str, Recording]:
    """With its language."""
    kind = (one.rate, one.channels) if one.rate and one.media == MP3 else None
    return one.language, Recording(
        one.part, one.digest, one.milliseconds / 1000, one.wording, one.spoken_by, computer=False, kind=kind
    )
