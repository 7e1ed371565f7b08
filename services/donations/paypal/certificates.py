"""The certificates that PayPal signs with: fetched, checked, kept.

`cryptography.x509.verification` is called unstable by its authors, so this module alone knows it.
"""

import asyncio
import contextlib
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import certifi
import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import Unreached, fetch

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
MOST_KEPT = 8
MOST_IN_CHAIN = 8
MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Signer:
    """A key that PayPal signs with, and the times between which every certificate of its chain is valid."""

    key: RSAPublicKey
    valid_from: datetime
    valid_until: datetime

    def valid(self, now: datetime) -> bool:
        return self.valid_from <= now <= self.valid_until


@dataclass(frozen=True)
class Untrusted:
    """What was fetched is a certificate, and not one that PayPal signs with."""


class Certificates:
    """Finds the signer for a certificate's address; whoever has an address that is not PayPal's is not asked.

    Only what was found good is kept, by its address, the last used for longest: a stranger who names many addresses
    pushes none out. `roots` is PEM, and for want of it those of the package `certifi`.
    """

    def __init__(
        self, environment: Environment, asking: httpx.AsyncClient, roots: bytes | None = None
    ) -> None:
        self._store = Store(trusted(Path(certifi.where()).read_bytes() if roots is None else roots))
        self.environment = environment
        self._asking = asking
        self._kept: dict[str, Signer] = {}
        self._fetching: dict[str, asyncio.Task[Signer | Untrusted | Unreached]] = {}

    async def signer(self, url: str, now: datetime) -> Signer | Untrusted | Unreached:
        """The signer whose certificate lies at `url`, an address of the environment's. `now` is the wall clock's."""
        if found := self._known(url, now):
            return found
        fetching = self._fetching.get(url)
        if fetching is None:
            # Strangers may name any number of addresses that have no certificate; PayPal's notices come again.
            if len(self._fetching) >= MOST_AT_ONCE:
                return Unreached("busy")
            fetching = self._fetching[url] = asyncio.create_task(self._fetched(url, now))
            fetching.add_done_callback(lambda _: self._fetching.pop(url))
        # Whoever asked first may go away; the others still wait.
        return await asyncio.shield(fetching)

    def _known(self, url: str, now: datetime) -> Signer | None:
        found = self._kept.get(url)
        if found is None or not found.valid(now):
            return None
        self._keep(url, found)
        return found

    def _keep(self, url: str, signer: Signer) -> None:
        self._kept.pop(url, None)
        self._kept[url] = signer
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))

    async def _fetched(self, url: str, now: datetime) -> Signer | Untrusted | Unreached:
        address = self.environment.certificate_address(url)
        if address is None:
            return Untrusted()
        pem = await fetch(self._asking, self._asking.build_request("GET", address))
        if isinstance(pem, Unreached):
            return pem
        made = checked(pem, self.environment.signer, self._store, now)
        if isinstance(made, Signer):
            self._keep(url, made)
        return made


def trusted(pem: bytes) -> list[x509.Certificate]:
    """The roots of a bundle. One that the library refuses (the public ones have a serial number below one among them)
    is left out and takes the others' trust from nobody. ValueError if none is left.
    """
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for each in _CERTIFICATE.findall(pem):
            with contextlib.suppress(ValueError):
                found.append(x509.load_pem_x509_certificate(each))
    if not found:
        raise ValueError("has no certificate that can be read")
    return found


def checked(pem: bytes, name: str, store: Store, now: datetime) -> Signer | Untrusted | Unreached:
    """The signer of a chain in PEM, its own certificate first. Unreached if these are no certificates at all."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        return Unreached("no_certificate")
    if len(found) > MOST_IN_CHAIN:
        return Untrusted()
    try:
        verifier = PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(name))
        chain = verifier.verify(found[0], found[1:])
        key = found[0].public_key()
    except (VerificationError, ValueError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension):
        return Untrusted()
    if not isinstance(key, RSAPublicKey):
        return Untrusted()
    return Signer(
        key,
        max(each.not_valid_before_utc for each in chain),
        min(each.not_valid_after_utc for each in chain),
    )
