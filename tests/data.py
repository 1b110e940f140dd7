"""Data that several tests share: the published table, and five answer sheets that give it."""

from collections.abc import Mapping

APPENDIX_A = {
    1: 95,
    **dict(zip(range(2, 9), (50, 95, 30, 100, 90, 100, 100), strict=True)),
    **dict(zip(range(9, 14), (55, 90, 50, 55, 30), strict=True)),
    **dict(zip(range(14, 19), (65, 50, 70, 50, 50), strict=True)),
    **dict(zip(range(19, 23), (90, 80, 85, 70), strict=True)),
    **dict(zip(range(23, 27), (45, 50, 70, 70), strict=True)),
}
"""Item -> score, as printed in Appendix A of van Lammeren et al. 2025, IJERPH 22(6) 954 (CC BY 4.0)."""

PUBLISHED = {"general": 95, "suitability": 81, "task": 56, "relation": 57, "growth": 81, "visibility": 59}
PUBLISHED_TOTAL = 69

OPTIONS = ("no", "rather_no", "middle", "rather_yes", "yes")


def five_sheets() -> list[Mapping[int, str]]:
    """Item -> option, for five people whose item means are those of Appendix A."""
    return _sheets(APPENDIX_A)


def _sheets(scores: Mapping[int, int]) -> list[Mapping[int, str]]:
    """Five people with these item means.

    A score of s is 5 * s / 25 steps of the scale shared over five people; who is the more positive one turns with the
    item, so that no two sheets are alike.
    """
    sheets: list[dict[int, str]] = [{} for _ in range(5)]
    for item, score in scores.items():
        each, more = divmod(score // 5, 5)
        for turn in range(5):
            sheets[(turn + item) % 5][item] = OPTIONS[each + (turn < more)]
    return list(sheets)


MOVED = {
    **APPENDIX_A,
    **{item: APPENDIX_A[item] + 15 for item in (9, 11, 12, 13)},
    **{item: APPENDIX_A[item] - 20 for item in range(14, 19)},
    **{item: APPENDIX_A[item] + 10 for item in range(23, 27)},
}
"""The second wave: better in the task and in visibility, worse in the relations."""


def moved_sheets() -> list[Mapping[int, str]]:
    """The five people of `five_sheets`, a project phase later."""
    return _sheets(MOVED)
