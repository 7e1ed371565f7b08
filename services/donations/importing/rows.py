"""A gift out of a row, or what is wrong with the row and what to write instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.donations.contacts import Contact
from services.donations.domain.funds import Purpose
from services.donations.domain.marks import reference_of
from services.donations.domain.money import CURRENCIES, Money, money_of
from services.donations.domain.payments import OFFLINE
from services.donations.importing.columns import Given
from shared.dates import in_our_time
from shared.people import folded
from shared.spreadsheets import people
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.dates import day_of
from shared.spreadsheets.values import Cells

NEW = "new"
"""In the column `donor`: it is nobody who was written down before."""
_WAYS = {"bank": "銀行 振込 銀行振込 은행", "cash": "現金 현금"}
WAYS = {folded(word): way for way, words in _WAYS.items() for word in (way, *words.split())}


@dataclass(frozen=True)
class Gift:
    """A gift as its row has it. Whose it is says `donor`, or `contact` of somebody who may be new; `new` says so."""

    row: int
    way: str
    reference: str
    amount: Money
    purpose: str
    received_on: date
    donor: UUID | None = None
    contact: Contact | None = field(default=None, repr=False)
    new: bool = False
    on_behalf_of: UUID | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is booked once by, and its place among those that are locked."""
        return self.way, self.reference


def read(line: Line, given: Given, today: date) -> Gift | Sequence[RowFault]:
    """The gift of a row, or all that is wrong with the row."""
    cells = Cells(line)
    way = cells.optional("way", _way, given.way)
    reference = cells.needed("reference", reference_of)
    currency = _said(cells, "currency", _currency, given.currency)
    amount = cells.needed("amount", lambda text: _amount(text, currency)) if currency else None
    purpose = _said(cells, "purpose", _purpose, given.purpose)
    received_on = cells.needed("received_on", lambda text: _day(text, today))
    donor, contact = _whose(cells)
    behalf = cells.optional("on_behalf_of", _other)
    faults = [*line.faults, *cells.faults]
    if faults or not (way and reference and amount and purpose and received_on):
        return faults
    known = donor if isinstance(donor, UUID) else None
    new = donor == NEW
    return Gift(line.row, way, reference, amount, purpose, received_on, known, contact, new, behalf)


def _said(cells: Cells, name: str, rule: Callable[[str], str], otherwise: str | None) -> str | None:
    return cells.needed(name, rule) if otherwise is None else cells.optional(name, rule, otherwise)


def _whose(cells: Cells) -> tuple[UUID | str | None, Contact | None]:
    donor = cells.optional("donor", _donor)
    if isinstance(donor, UUID) or any(each.column == "donor" for each in cells.faults):
        return donor, None
    if not cells.line.cells.get("name"):
        cells.fault("name", "is empty, and no donor is named by id")
        return donor, None
    name = cells.needed("name", people.name)
    mail, phone = cells.optional("mail", people.mail), cells.optional("phone", people.phone)
    return donor, Contact(name, mail, phone) if name else None


def _way(text: str) -> str:
    if folded(text) not in WAYS:
        raise ValueError(f"must be one of {', '.join(sorted(OFFLINE))}")
    return WAYS[folded(text)]


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise ValueError(f"must be one of {', '.join(CURRENCIES)}")
    return text.upper()


def _amount(text: str, currency: str) -> Money:
    amount = money_of(text, currency)
    if amount.minor <= 0:
        raise ValueError("must be above 0: money that went out is no gift")
    return amount


def _purpose(text: str) -> str:
    found = next((each.value for each in Purpose if each.value == folded(text).replace(" ", "_")), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(Purpose)}")
    return found


def _day(text: str, today: date) -> date:
    day = in_our_time(day_of(text))
    if day > today:
        raise ValueError("lies in the future: a gift is booked once it is there")
    return day


def _other(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("must be the id of the donor in whose name it is given") from None


def _donor(text: str) -> UUID | str:
    if folded(text) == NEW:
        return NEW
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"must be the id of a donor, or {NEW}; names stand in the column name") from None
