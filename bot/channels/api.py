"""The port for programs: what they ask of the house, and what it answers. They read, and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiQuery:
    """What a program asks: with which token, at which path, and with which parameters."""

    token: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """The status as HTTP has it, and with 200 what was asked for, as JSON."""

    status: int
    content: bytes = b""


class Api:
    """What programs may ask of the house: nothing, where it is no more than this."""

    async def answer(self, query: ApiQuery) -> ApiAnswer:
        """What may be read with this token; nothing is done, and nothing is released for it."""
        return ApiAnswer(401)

    def description(self) -> bytes:
        """What can be asked, as OpenAPI."""
        return b"{}"

    def problem(self, status: int) -> bytes:
        """What is said when there is no answer."""
        return b"{}"
