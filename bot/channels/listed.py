"""What is known of a channel or a notifier before its libraries are loaded: a line in a table.

Only what is set up is imported, when it is built: a command that writes to nobody loads no messenger and no web server.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Generic, TypeAlias, TypeVar, cast

from bot.channels.port import Outlet
from bot.runtime.settings import Settings, Variable
from bot.survey.traits import Traits

T_co = TypeVar("T_co", bound=Outlet, covariant=True)


def _fits(_taken: Mapping[str, str]) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class Listed(Generic[T_co]):
    """The same as its class says of itself, which is `name` in the module `where`."""

    where: str
    name: str
    traits: Traits
    variables: Mapping[str, Variable]
    described: Callable[[Settings], str]
    do_not_fit: Callable[[Mapping[str, str]], Iterator[str]] = _fits
    examined: tuple[str, ...] = ()

    def loaded(self) -> type[T_co]:
        return cast(type[T_co], getattr(import_module(self.where), self.name))

    def built(self, settings: Settings) -> T_co | None:
        return self.loaded().built(settings) if self.described(settings) else None


Kind: TypeAlias = type[T_co] | Listed[T_co]
"""A channel or a notifier as the house takes it: its class, or its line in a table."""
