"""Views: what stands on a screen, as phrases and buttons, in no language yet."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.survey.conversation.buttons import Press
from bot.survey.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Button:
    label: Phrase
    press: Press
    chosen: bool = False


Row = tuple[Button, ...]
Paragraph = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One text, or paragraphs of lines where they are counted out; and rows of buttons under it."""

    text: Phrase | tuple[Paragraph, ...]
    rows: tuple[Row, ...] = ()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return ((self.text,),) if isinstance(self.text, Phrase) else self.text

    def under(self, *lines: Phrase) -> "View":
        """The same, with these lines first."""
        return View((lines, *self.paragraphs), self.rows)


def in_rows(buttons: Iterable[Button], width: int = 3) -> tuple[Row, ...]:
    row = tuple(buttons)
    return tuple(row[start : start + width] for start in range(0, len(row), width))
