"""Short codes as they are typed over from paper: what can only be meant in one way is read, and nothing else."""

import pytest

from bot.survey.short_codes import ALPHABET, LENGTH, LOOK_ALIKE, find, written

SHORT = "KR7N5XT2"


@pytest.mark.parametrize(
    "typed",
    [
        SHORT,
        "KR7N-5XT2",
        "kr7n-5xt2",
        " kr7n 5xt2 ",
        "k r 7 n 5 x t 2",
        "KR7N\u20135XT2",
        "KR-7N-5X-T2.",
        "(KR7N-5XT2)",
        "KR7N_5XT2",
        "KR7N\u00a05XT2",
        "KR7N\u200b-5XT2\ufeff",
        "ＫＲ７Ｎ－５ＸＴ２",
        "KR7N%205XT2",
        "samenspraak.example/KR7N-5XT2",
        "Samenspraak.example / kr7n-5xt2",
        "https://samenspraak.example/KR7N-5XT2/",
        "https://samenspraak.example/KR7N-5XT2?fbclid=x",
        "cdfhjkmn.example/KR7N-5XT2",
        "KR7N-SXTZ",
        "KR7N-sxtz",
    ],
)
def test_it_is_read(typed: str) -> None:
    assert find(typed) == SHORT


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "KR7N",
        "KR7N-5XT",
        "KR7N-5XT22",
        "KR7N-5XT2 KR7N-5XT2",
        *("1R7N-5XT2", "lR7N-5XT2", "IR7N-5XT2", "0R7N-5XT2", "OR7N-5XT2"),  # of what could each be a misreading?
        "KR7N-5XTQ",
        "KR7N-5XTé",
        "KR7N-5XT²x",
        "my-data",
        "settings",
        "samenspraak.example",
        "q7m2kd9xw4hvtr3p8bnsyjc5ga",
        "%",
        "\ud800",
        "/" * 9,
        "K" * 100_000,
    ],
)
def test_what_is_none_is_none(typed: str) -> None:
    assert find(typed) == ""


def test_on_paper_it_is_two_halves_and_is_read_back() -> None:
    assert written(SHORT) == "KR7N-5XT2"
    assert find(written(SHORT)) == SHORT


def test_no_two_signs_look_alike_and_none_is_a_vowel() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 22
    assert not set(ALPHABET) & set("AEIOUY01LQ")
    assert not set(ALPHABET) & set(map(chr, LOOK_ALIKE)), "one of each pair that looks alike"
    assert set(LOOK_ALIKE.values()) <= set(ALPHABET)
    assert LENGTH == 8
