"""Bytes that are kept sealed: whoever has the database, its files or a backup, and not the key, can read none of them.

Sealed bytes are, one after the other: the form (1 byte), the name of the key (4), the nonce (12), and what AES-256-GCM
made of the plain bytes, its tag of 16 bytes included. The tag also covers the form, the key's name and whatever the
bytes are bound to, such as the id of their row: bytes that were moved to another row do not open there.

A key's name is derived from the key by a function that cannot be turned round. So a key is changed by giving two: the
first seals, both open. Whoever has no key can still count what was sealed with which.
"""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = b"\x01"
NAME_BYTES, NONCE_BYTES, TAG_BYTES, KEY_BYTES = 4, 12, 16, 32
HEAD_BYTES = len(FORM) + NAME_BYTES
OVERHEAD_BYTES = HEAD_BYTES + NONCE_BYTES + TAG_BYTES
MOST_KEYS = 2
SHORTEST_KEY = 32
"""Characters. Those that `./relief` makes have 192 random bits in 32."""


class Unopened(RuntimeError):
    """Sealed bytes do not open. Its words hold nothing of the bytes or a key."""


class UnknownKey(Unopened):
    """They were sealed with a key that is not given here, or are not sealed at all."""


class Altered(Unopened):
    """They were changed, or belong to something else."""


class Seal:
    """Seals and opens bytes of one kind.

    `purpose` goes into the keys, so that what is sealed as one kind does not open as another. `older` is what
    everything begins with that another key than the first sealed. Raises ValueError, in words for whoever set the keys,
    if they are not one or two different keys of at least 32 characters.
    """

    def __init__(self, keys: Sequence[str], purpose: str) -> None:
        if not 1 <= len(set(keys)) == len(keys) <= MOST_KEYS:
            raise ValueError("holds one key, or two different ones parted by white space: the first seals")
        if any(len(each) < SHORTEST_KEY for each in keys):
            raise ValueError(f"holds a key of less than {SHORTEST_KEY} characters")
        made = [_derived(each, purpose) for each in keys]
        self._ciphers = {name: AESGCM(key) for name, key in made}
        self._newest = made[0][0]
        self.older = tuple(FORM + name for name, _ in made[1:])

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """The bytes, sealed with the newest key and bound to something."""
        head, nonce = FORM + self._newest, os.urandom(NONCE_BYTES)
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, plain, head + bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes. Raises UnknownKey or Altered."""
        head, nonce = sealed[:HEAD_BYTES], sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        cipher = self._ciphers.get(head[len(FORM) :])
        if cipher is None or not head.startswith(FORM):
            raise UnknownKey("sealed with a key that is not given here, or not sealed")
        if len(sealed) < OVERHEAD_BYTES:
            raise Altered("a part of the sealed bytes is missing")
        try:
            return cipher.decrypt(nonce, sealed[HEAD_BYTES + NONCE_BYTES :], head + bound_to)
        except InvalidTag:
            raise Altered("the sealed bytes were changed, or belong to something else") from None


def _derived(key: str, purpose: str) -> tuple[bytes, bytes]:
    """The name of a key and the key itself."""
    info = f"relief {purpose}".encode()
    made = HKDF(SHA256(), length=NAME_BYTES + KEY_BYTES, salt=None, info=info).derive(key.encode())
    return made[:NAME_BYTES], made[NAME_BYTES:]
