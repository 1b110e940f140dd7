"""Notification addresses: where somebody who answers on a page wants to be called, and how that stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotificationAddress:
    """`kind` is the name of the notifier that carries letters there. Until it is `confirmed` a code is waited for, that
    is `spent` when it was tried too often. One that `failed` does not arrive; one that is `stopped` is not wanted any
    more; one that `works` is what calls them. `with_files` says whether reports are sent along."""

    number: int
    kind: str
    address: str
    confirmed: bool = True
    failed: bool = False
    stopped: bool = False
    works: bool = True
    with_files: bool = False
    spent: bool = False
