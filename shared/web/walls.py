"""What every request passes before a route sees it: a known host, no foreign page, a header that no form can send.

A browser on the same machine or network can be made to ask us by any page that it shows. Three walls stand against it:

- the name that a page was loaded under comes as `Host`. A page whose own name was made to point here (DNS rebinding)
  names a host that we do not know;
- a page of another origin says so itself, in `Origin` and `Sec-Fetch-Site`;
- a form needs no leave of ours to be posted here, but it cannot send the header `X-Relief`. Pages will send a token in
  its place, which is to be looked at in `_is_meant`.

They stand in front of all routes at once, so no route can forget them. A service names the few routes that machines
beyond the group post to, each of which proves by itself who sent what: there the first wall alone stands.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.bodies import Body
from shared.web.problems import Problem, answered, is_page

HEADER = "X-Relief"
_HEADER = HEADER.lower().encode()
MEANT = {HEADER: "1"}
"""What a client sends with everything that changes something."""

_LOOKING = ("GET", "HEAD")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_OURS = (None, b"same-origin", b"none")
"""Values of `Sec-Fetch-Site` from our own pages, from the address bar, and from what is no browser."""

UNKNOWN_HOST = "No such host is served here. If its name is right, add it to RELIEF_SITE_HOSTS."
FOREIGN = "A page of another site asks for this. Open it from the site itself."
NOT_MEANT = f"Send the header {HEADER}: 1 with everything that changes something."


class Walls:
    """ASGI middleware. `hosts` are the names under which the service may be asked for, in lower case; `open_paths` are
    those of routes that know by themselves who sent what, whatever page or program did.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], open_paths: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._open = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        problem = self._refusal(scope, headers)
        if problem is None:
            await self._app(scope, Body(scope, headers, receive).receive, send)
        else:
            await answered(Request(scope), problem)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Problem | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._is_known(host, scope):
            return Problem(HTTPStatus.MISDIRECTED_REQUEST, UNKNOWN_HOST)
        if scope["path"].removeprefix(scope.get("root_path", "")) in self._open:
            return None
        if _is_foreign(headers, host) and not _is_followed_link(scope, headers):
            return Problem(HTTPStatus.FORBIDDEN, FOREIGN)
        if scope["method"] not in _LOOKING and not _is_meant(headers):
            return Problem(HTTPStatus.FORBIDDEN, NOT_MEANT)
        return None

    def _is_known(self, host: str, scope: Scope) -> bool:
        found = _HOST.fullmatch(host)
        return found is not None and (found[1] in self._hosts or _is_own_address(found[1], scope))


def _is_own_address(name: str, scope: Scope) -> bool:
    """The address that the request came in at, as monitoring asks for it. No name can be made to look like it."""
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return scope.get("server") is not None and str(address) == scope["server"][0]


def _is_foreign(headers: Mapping[bytes, bytes], host: str) -> bool:
    origin = headers.get(b"origin")
    other = origin is not None and origin.decode("latin-1").lower().partition("://")[2] != host
    return other or headers.get(b"sec-fetch-site") not in _OURS


def _is_followed_link(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Somebody follows a link to a page of ours: the page that has the link sees nothing of it."""
    whole = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"
    return whole and scope["method"] in _LOOKING and b"origin" not in headers and is_page(Request(scope))


def _is_meant(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(_HEADER) == b"1"
