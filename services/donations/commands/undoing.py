"""An entry that was booked by mistake is undone by its opposite, today, with a note why."""

from uuid import UUID

from services.donations.domain.ledger import Entry
from services.donations.ledger import MoneyLedger
from services.donations.repository import books
from services.donations.tables import REVERSAL


async def undo_entry(ledger: MoneyLedger, entry_id: UUID, note: str | None) -> Entry:
    """The entry that undoes another one, whose funds are locked; the books keep both."""
    entry = await books.entry_of(ledger.unit.session, entry_id)
    assert entry, "entries are never deleted"
    undone = ledger.reverse(entry)
    row = {"entry_id": entry.id, "note": note, "actor": ledger.unit.actor.id}
    ledger.unit.writes.insert(REVERSAL, [row])
    return undone
