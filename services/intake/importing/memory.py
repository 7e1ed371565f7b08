"""Whom a dry run would have registered so far, as nothing of it is in the database: little for each, and no names."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import date
from struct import Struct

from services.intake.commands.people import Person
from services.intake.domain.alike import Face
from services.intake.domain.people import Sex, folded
from services.intake.identities import Identity
from services.intake.importing.matching import Registered
from services.intake.repository import key_of, loose_of

SEXES = tuple(Sex)
# Marks of the reference and of the names, sex, birth date, whether it is estimated, row.
_RECORD = Struct("<8s8sBi?I")


class Remembered:
    """There may be 200,000 of them: 26 bytes each beside the household's entry, whose names are keyed hashes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._homes: dict[int, bytes] = {}

    def add(self, ref: str, people: Iterable[Person]) -> None:
        home = _home(ref)
        records = (self._record(ref, person) for person in people)
        self._homes[home] = self._homes.get(home, b"") + b"".join(records)

    def of(self, ref: str, people: Iterable[Person]) -> list[Registered]:
        """Whom the household would have, with the names of those of `people` who have the same ones."""
        if _home(ref) not in self._homes:
            return []
        mine = key_of(ref)[:8]
        names = {self._mark(ref, person): person.face.name for person in people}
        found = []
        for place, (which, mark, sex, born, estimated, row) in enumerate(self._records(ref)):
            if which == mine:
                face = Face(names.get(mark, mark), SEXES[sex], date.fromordinal(born), estimated)
                found.append(Registered(hash((ref, place)), face, None, row))
        return found

    def but_for_zeros(self, ref: str) -> int | None:
        """A row whose reference differs from this one by leading zeros alone."""
        mine = key_of(ref)[:8]
        return next((row for which, *_, row in self._records(ref) if which != mine), None)

    def _records(self, ref: str) -> Sequence[tuple[bytes, bytes, int, int, bool, int]]:
        return list(_RECORD.iter_unpack(self._homes.get(_home(ref), b"")))

    def _record(self, ref: str, person: Person) -> bytes:
        who = person.identity
        parts = (SEXES.index(person.sex), who.birth_date.toordinal(), who.estimated, person.row or 0)
        return _RECORD.pack(key_of(ref)[:8], self._mark(ref, person), *parts)

    def _mark(self, ref: str, person: Person) -> bytes:
        return register_key(self._key, ref, person.identity, dated=False)[:8]


def _home(ref: str) -> int:
    return int.from_bytes(loose_of(ref)[:7])


def register_key(key: bytes, ref: str, identity: Identity, *, dated: bool = True) -> bytes:
    """What tells a register's people apart without holding their names: the same person gives the same key.

    An estimated birth date differs from year to year, so it does not count.
    """
    names = [folded(identity.given), folded(identity.family)]
    birth = identity.birth_date.isoformat() if dated and not identity.estimated else ""
    return hmac.new(key, "\0".join([folded(ref), *names, birth]).encode(), hashlib.sha256).digest()
