"""PayPal's two environments, live and sandbox: their hosts, and which addresses may be asked for."""

import re
from dataclasses import dataclass, replace

_ADDRESS = re.compile(r"https://([a-z0-9.-]{1,253})(?::443)?((?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)", re.ASCII)
"""No user-info, no other port, no query, no escape, no dot at the beginning of a step, nothing that two readers of
addresses could take for different things.
"""
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?", re.ASCII)
LONGEST_ADDRESS = 500


@dataclass(frozen=True)
class Environment:
    """One of PayPal's environments. A certificate or an address of the one does not pass for the other.

    `certificate_hosts` serve the certificates, `signer` is the name that stands in them. `base` is for tests alone:
    what would go to PayPal goes to this address instead, and is checked as if it went to PayPal.
    """

    name: str
    certificate_hosts: frozenset[str]
    signer: str
    api: str
    postback: str
    base: str | None = None

    def certificate_address(self, url: str) -> str | None:
        """Where the certificate at `url` is fetched; None if `url` is no address of this environment's."""
        found = _ADDRESS.fullmatch(url) if len(url) <= LONGEST_ADDRESS else None
        if found is None or found[1] not in self.certificate_hosts:
            return None
        return self._reached(f"https://{found[1]}", found[2])

    def api_address(self, path: str) -> str:
        return self._reached(self.api, path)

    @property
    def postback_address(self) -> str:
        return self._reached(self.postback, "/cgi-bin/webscr")

    def _reached(self, origin: str, path: str) -> str:
        return f"{self.base or origin}{path}"


LIVE = Environment(
    name="live",
    certificate_hosts=frozenset({"api.paypal.com", "api-m.paypal.com"}),
    signer="messageverificationcerts.paypal.com",
    api="https://api-m.paypal.com",
    postback="https://ipnpb.paypal.com",
)
SANDBOX = Environment(
    name="sandbox",
    certificate_hosts=frozenset({"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}),
    signer="messageverificationcerts.sandbox.paypal.com",
    api="https://api-m.sandbox.paypal.com",
    postback="https://ipnpb.sandbox.paypal.com",
)


def environment(name: str, base: str | None = None) -> Environment:
    """The environment that the settings name. ValueError if there is no such one, or live is given another address."""
    found = {each.name: each for each in (LIVE, SANDBOX)}.get(name)
    if found is None:
        raise ValueError("is neither live nor sandbox")
    if base is None:
        return found
    if found is LIVE:
        raise ValueError("only the sandbox can be reached at another address")
    if not _BASE.fullmatch(base):
        raise ValueError("is no address like http://127.0.0.1:8099")
    return replace(found, base=base)
