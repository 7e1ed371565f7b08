"""A guest out of a row, or what is wrong with the row and what to write instead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.events.commands.guests import NewGuest
from services.events.contacts import Contact
from services.events.repository.guests import Choices
from shared.people import folded, narrow
from shared.spreadsheets import people
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.values import Cells

LONGEST_PARTY = 40
_YES = "yes y 1 true x はい 会員 正会員 有 有り あり ○ 〇 ◯ ● ✓ ✔ レ 예 네 회원"
_NO = "no n 0 false いいえ 非会員 一般 無 無し なし × ✕ ✖ ✗ 아니오 아니요 비회원"
YES, NO = (frozenset(map(folded, words.split())) for words in (_YES, _NO))


@dataclass(frozen=True)
class Row:
    """A guest as the row has it. Rows with the same `party` ask together; one without asks alone."""

    number: int
    guest: NewGuest
    party: str


def read(line: Line) -> Row | Sequence[RowFault]:
    """The guest of a row, or all that is wrong with the row."""
    cells = Cells(line)
    name = cells.needed("name", people.name)
    mail, phone = cells.optional("mail", people.mail), cells.optional("phone", people.phone)
    if not line.cells.get("mail") and not line.cells.get("phone"):
        cells.fault("mail", "is empty, and there is no phone: nobody could tell two of one name apart")
    language = cells.optional("language", people.language, "ja")
    member = cells.optional("member", _member, False)
    party = cells.optional("party", _party, "")
    cells.optional("people", _alone)
    faults = [*line.faults, *cells.faults]
    if faults or not name or not language:
        return faults
    return Row(line.row, NewGuest(Contact(name, mail, phone), Choices(language, bool(member))), party or "")


def _member(text: str) -> bool:
    if folded(text) not in YES | NO:
        raise ValueError("must be yes or no, like はい or いいえ, ○ or ×, 会員 or 非会員")
    return folded(text) in YES


def _alone(text: str) -> None:
    """Nothing, for a row of one person."""
    if not re.fullmatch(r"0*1 ?[人名명]?", narrow(text)):
        raise ValueError("must be 1: give each person a row, with the same word in the column party")


def _party(text: str) -> str:
    if len(text) > LONGEST_PARTY:
        raise ValueError(f"is longer than {LONGEST_PARTY} characters")
    return folded(text)
