"""Charts: the one picture of the scores. Every word comes in."""

from dataclasses import asdict, dataclass

from bot.rendering import drawing


@dataclass(frozen=True, slots=True)
class Bar:
    """Scores are whole numbers from 0 to 100; a `score` of None may not be shown, a `previous` of None is not there.
    `pictogram` is the key of the one beside the label, where there is one."""

    label: str
    score: int | None
    previous: int | None = None
    pictogram: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars in the order in which they are drawn. The legend is drawn where some bar has a previous score."""

    title: str
    subtitle: str
    bars: tuple[Bar, ...]
    total: Bar | None
    legend_now: str
    legend_before: str
    no_score: str
    source: str
    language: str = "en"


def png(picture: Picture) -> bytes:
    """1080 pixels wide and as high as it needs. Raises FontError."""
    return drawing.png("chart", asdict(picture))
