"""Some rows of a list of gifts, booked in one unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.donations.commands import gifts
from services.donations.commands.gifts import Slip
from services.donations.contacts import Contact
from services.donations.domain.funds import FundKey
from services.donations.importing.giving import Donors, Key
from services.donations.importing.report import FIGURES, Report
from services.donations.importing.rows import Gift
from services.donations.repository import books, donors, payments
from services.donations.tables import GIFT_IMPORT
from shared.messaging.unit import Unit
from shared.outcomes import Kind, Refused
from shared.spreadsheets.cells import RowFault

Booked = tuple[int, str, date | None]
"""The amount of a gift, its currency and its day."""


class BookedMeanwhile(Exception):
    """Somebody else booked one of these gifts just now: the unit is done again."""


@dataclass(frozen=True)
class Taken:
    """What the parts of a file so far came to, which the next part has to know.

    `donors` are those whom the rows meant. What a dry run did is undone after each part, so it also remembers the
    donors whom it `made` and the gifts that it `booked`.
    """

    report: Report
    donors: dict[Key, UUID] = field(default_factory=dict)
    made: dict[Key, Contact] = field(default_factory=dict)
    booked: dict[tuple[str, str], Booked] = field(default_factory=dict)


class Part:
    """Some rows after what was taken `before`. What holds after them is `after`, once their unit has committed."""

    def __init__(self, before: Taken, rows: Sequence[Gift]) -> None:
        self._before = before
        self._rows = rows
        self.after = replace(before, report=before.report.model_copy(), booked=dict(before.booked))

    async def book(self, unit: Unit) -> None:
        """Book the rows; what is wrong with them stands in the report."""
        # Donors by id, then payments by way and reference, then funds, all of each: whoever books at the same time
        # waits, and does not deadlock.
        await donors.lock(
            unit.session, *{one for each in self._rows for one in (each.donor, each.on_behalf_of) if one}
        )
        await payments.make_and_lock(unit.session, {each.key for each in self._rows})
        if keys := {FundKey(each.purpose, each.amount.currency) for each in self._rows}:
            await books.lock_funds(unit.session, keys)
        whose = Donors(unit, dict(self._before.donors))
        if self._before.report.dry_run:
            await whose.make_again(self._before.made, self._rows)
        report = self.after.report
        faults = [fault for each in self._rows if (fault := await self._book(unit, each, whose))]
        report.new_donors += len(whose.made)
        report.blame(faults)
        report.warn(whose.warnings)
        made = {**self._before.made, **whose.made}
        found = whose.found
        if report.dry_run:
            found = {key: donor for key, donor in found.items() if key not in made}
        self.after = replace(self.after, donors=found, made=made)
        if report.import_id:
            _record(unit, report.import_id, report)

    async def _book(self, unit: Unit, gift: Gift, whose: Donors) -> RowFault | None:
        known = await self._known(unit, gift)
        if (there := await payments.under(unit.session, *gift.key)) and there.reversed:
            reason = "was booked and reversed; if it is right after all, book it by itself (POST /gifts)"
            return RowFault(gift.row, "reference", reason)
        mine = (gift.amount.minor, gift.amount.currency, gift.received_on)
        if known:
            if known != mine:
                reason = (
                    "is booked already, with another amount or day: look at that gift; what is booked stays"
                )
                return RowFault(gift.row, "reference", reason)
            self.after.report.already_there += 1
            return None
        donor = await _whose(unit, gift, whose)
        if isinstance(donor, RowFault):
            return donor
        said = (gift.purpose, gift.received_on, gift.on_behalf_of)
        slip = Slip(donor, gift.way, gift.reference, gift.amount, *said)
        done = await gifts.receive(unit, slip)
        if isinstance(done, Refused):
            return _fault(gift.row, done)
        self.after.report.add(gift.amount)
        self.after.booked[gift.key] = mine
        return None

    async def _known(self, unit: Unit, gift: Gift) -> Booked | None:
        """What is booked under a gift's reference, in a dry run by an earlier part too."""
        known = await payments.under(unit.session, *gift.key)
        return (
            (known.gross, known.currency, known.happened_on) if known else self._before.booked.get(gift.key)
        )


async def _whose(unit: Unit, gift: Gift, whose: Donors) -> UUID | RowFault:
    """Who gave it; a fault also if nobody knows the donor in whose name it is given."""
    behalf = gift.on_behalf_of
    if behalf and behalf not in await donors.lock(unit.session, behalf):
        return RowFault(gift.row, "on_behalf_of", "is no donor: there is no such id")
    return await whose.of(gift)


def _fault(row: int, refused: Refused) -> RowFault:
    """What is wrong with a row that was refused. `receive` has written nothing then, so the unit goes on."""
    if refused.kind is Kind.CONFLICT:
        raise BookedMeanwhile
    column, reason = refused.fields[0] if refused.fields else ("donor", "is no donor: there is no such id")
    return RowFault(row, column, reason)


def _record(unit: Unit, import_id: UUID, report: Report) -> None:
    """Keep what became of the file so far; with the next part its row gets new values."""
    counts = {name: getattr(report, name) for name in FIGURES}
    row = {"id": import_id, "at": unit.now, "on_day": unit.today, "actor": unit.actor.id, **counts}
    unit.writes.replace(GIFT_IMPORT, [row])
