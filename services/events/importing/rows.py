"""A guest out of a row, or what is wrong with the row and what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.events.commands.guests import NewGuest
from services.events.contacts import Contact
from services.events.repository.guests import Choices
from shared.people import folded
from shared.spreadsheets import people
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.values import Cells

LONGEST_PARTY = 40
YES = frozenset(map(folded, ["yes", "y", "1", "true", "x", "はい", "会員", "○", "예", "회원"]))
NO = frozenset(map(folded, ["no", "n", "0", "false", "いいえ", "×", "非会員", "아니오", "비회원"]))


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
    faults = [*line.faults, *cells.faults]
    if faults or not name or not language:
        return faults
    return Row(line.row, NewGuest(Contact(name, mail, phone), Choices(language, bool(member))), party or "")


def _member(text: str) -> bool:
    if folded(text) not in YES | NO:
        raise ValueError("must be yes or no")
    return folded(text) in YES


def _party(text: str) -> str:
    if len(text) > LONGEST_PARTY:
        raise ValueError(f"is longer than {LONGEST_PARTY} characters")
    return folded(text)
