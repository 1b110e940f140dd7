"""What people type where an e-mail address is asked for."""

import pytest

from bot.notifiers.email.addresses import address_of, masked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("fatima@example.org", "fatima@example.org"),
        ("  Fatima.El-Amrani+buurt@Example.ORG. ", "fatima.el-amrani+buurt@example.org"),
        ("<fatima@example.org>", "fatima@example.org"),
        ("mailto:fatima@example.org", "fatima@example.org"),
        ("\ufefffatima@example.org\u200b", "fatima@example.org"),
        ("fatima@bücher.example", "fatima@xn--bcher-kva.example"),
        ("fatima@xn--bcher-kva.example", "fatima@xn--bcher-kva.example"),
        ("f@a.nl", "f@a.nl"),
        (f"{'l' * 64}@example.org", f"{'l' * 64}@example.org"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert address_of(typed) == kept
    assert address_of(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "fatima",
        "fatima@",
        "@example.org",
        "fatima@@example.org",
        "fatima@example.org@example.org",
        "fatima@example.org, jan@example.org",
        "fatima @example.org",
        "fat ima@example.org",
        "fatima@example.org\r\nBcc: jan@example.org",
        "fatima\n@example.org",
        "fatima\x00@example.org",
        "fatima\u202e@example.org",
        "fatíma@example.org",
        "фатима@example.org",
        ".fatima@example.org",
        "fatima.@example.org",
        "fat..ima@example.org",
        '"fat ima"@example.org',
        "Fatima <fatima@example.org>",
        "fatima@localhost",
        "fatima@example",
        "fatima@127.0.0.1",
        "fatima@[127.0.0.1]",
        "fatima@-example.org",
        "fatima@example-.org",
        "fatima@exa_mple.org",
        "fatima@example..org",
        "fatima@.example.org",
        "fatima@example.org:25",
        "fatima%example.com",
        f"{'l' * 65}@example.org",
        f"fatima@{'d' * 64}.org",
        f"fatima@{'d.' * 125}org",
        "fatima@" + "x" * 100_000,
    ],
)
def test_what_is_no_address_is_none(typed: str) -> None:
    assert address_of(typed) == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("fatima@example.org", "f•••@example.org"),
        ("f@example.org", "f•••@example.org"),
        ("fatima@xn--bcher-kva.example", "f•••@bücher.example"),
    ],
)
def test_whoever_left_it_knows_it_again(address: str, shown: str) -> None:
    assert masked(address) == shown
