"""The cookie: where a browser keeps somebody's token, out of reach of any script."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import Response

from bot.channels.web.requests import FORGOTTEN, Caller

KEPT = 400 * 24 * 3600  # seconds that a browser keeps a cookie at most


@dataclass(frozen=True, slots=True)
class Cookie:
    public_url: str

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def name(self) -> str:
        return "__Host-samenspraak" if self.is_secure else "samenspraak"

    def give(self, response: Response, caller: Caller, *, is_known: bool) -> None:
        """To a visitor for as long as the browser is open; to somebody we know for as long as a browser keeps one."""
        if caller.is_new or is_known:
            self._set(response, caller.token, KEPT if is_known else None)

    def forget(self, response: Response) -> None:
        """This phone knows nobody any more, but that it was somebody's."""
        self._set(response, FORGOTTEN, None)

    def _set(self, response: Response, value: str, seconds: int | None) -> None:
        kept, secure = f"; Max-Age={seconds}" if seconds else "", "; Secure" if self.is_secure else ""
        response.headers.append("Set-Cookie", f"{self.name}={value}{kept}; Path=/; HttpOnly; SameSite=lax{secure}")
