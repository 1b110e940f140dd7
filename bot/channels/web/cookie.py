"""The cookie: where a browser keeps somebody's token, out of reach of any script; and, on a helper's device, two more.

The one holds the code of the helper's link. The other holds when somebody was last there: who finds it too old is asked
who they are. Whoever could change it has the token beside it, so it needs no seal.
"""

from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.helped import ANSWERS_WITHIN, IDLE
from bot.channels.web.requests import FORGOTTEN, Caller
from bot.letters import Clock
from bot.survey import codes
from bot.survey.whole_numbers import as_number

KEPT = 400 * 24 * 3600  # seconds that a browser keeps a cookie at most
HELPS = 24 * 3600  # seconds that a device helps after the last page that it showed
LAST_MOMENT = 10**11  # seconds since 1970
USUAL = {"http": 80, "https": 443}  # ports, which need not stand in an address


class Cookie:
    def __init__(self, public_url: str, clock: Clock) -> None:
        at = urlsplit(public_url)
        self.is_secure = at.scheme == "https"
        # A browser sends the cookies of a host to every port of it: a rehearsal beside a bot is another house.
        port = f"-{at.port}" if at.port not in (None, USUAL[at.scheme]) else ""
        self.name = ("__Host-samenspraak" if self.is_secure else "samenspraak") + port
        self.helping, self.here = f"{self.name}-helping", f"{self.name}-here"
        self._clock = clock

    def helped(self, request: Request, caller: Caller) -> Caller:
        """The same caller, with what a helper's device says of itself."""
        if self.helping not in request.cookies:
            return caller
        code = codes.find(request.cookies[self.helping])
        seen = as_number(request.cookies.get(self.here, ""), LAST_MOMENT)
        ago = self._now() - seen if code and seen else -1
        return replace(caller, helping=code, is_here=0 <= ago <= IDLE + ANSWERS_WITHIN) if code else caller

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def give(self, response: Response, caller: Caller, *, is_known: bool) -> None:
        """To a visitor for as long as the browser is open; to somebody we know for as long as a browser keeps one, or
        somebody helps with it."""
        if caller.is_new or is_known:
            self._set(response, self.name, caller.token, (HELPS if caller.helping else KEPT) if is_known else None)
        if not caller.helping:
            return
        self.help(response, caller.helping)
        if caller.is_here or caller.is_new:
            self._set(response, self.here, str(self._now()), None)

    def forget(self, response: Response) -> None:
        """This phone knows nobody any more, but that it was somebody's."""
        self._set(response, self.name, FORGOTTEN, None)

    def help(self, response: Response, code: str) -> None:
        """This device serves others from now on; or, without a code, no longer."""
        self._set(response, self.helping, code, HELPS if code else 0)

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        kept, secure = "" if seconds is None else f"; Max-Age={seconds}", "; Secure" if self.is_secure else ""
        response.headers.append("Set-Cookie", f"{name}={value}{kept}; Path=/; HttpOnly; SameSite=lax{secure}")
