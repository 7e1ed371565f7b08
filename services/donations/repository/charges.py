"""Charges of places."""

from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.charges import Charge
from services.donations.domain.money import Money
from services.donations.repository.locking import locked
from services.donations.tables import CHARGE
from shared.messaging.unit import Unit

_SAME = ("id", "fund", "place", "reference", "happened_on", "back", "undone")


def charge_in(row: RowMapping) -> Charge:
    """What a row holds."""
    return Charge(**{name: row[name] for name in _SAME}, amount=Money(row["amount"], row["currency"]))


async def add(unit: Unit, charge: Charge, entry_id: UUID) -> bool:
    """Keep a new charge; False if one of this reference is known at this place."""
    values = {name: getattr(charge, name) for name in _SAME}
    own = {"currency": charge.amount.currency, "amount": charge.amount.minor, "entry_id": entry_id}
    adding = insert(CHARGE).values(**values, **own, actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(
        index_elements=["place", "reference"], index_where=text("NOT undone")
    )
    return await unit.session.scalar(adding.returning(CHARGE.c.id)) is not None


async def lock(session: AsyncSession, charge_id: UUID) -> RowMapping | None:
    """A charge, locked; None if there is none of this id."""
    return await locked(session, CHARGE, charge_id)


def undo(unit: Unit, charge_id: UUID) -> None:
    """A locked charge was a mistake."""
    unit.writes.change(CHARGE, [{"id": charge_id, "undone": True, "actor": unit.actor.id}])


async def was_undone(session: AsyncSession, reference: str) -> bool:
    """Whether a charge that PayPal calls so was booked by mistake."""
    row = CHARGE.c
    mine = (row.place == "paypal", row.reference == reference, row.undone)
    return await session.scalar(select(row.id).where(*mine).limit(1)) is not None


async def of_paypal(session: AsyncSession, reference: str) -> Charge | None:
    """The charge that PayPal calls so; None if none is booked."""
    row = CHARGE.c
    mine = (row.place == "paypal", row.reference == reference, row.undone.is_(False))
    found = (await session.execute(select(CHARGE).where(*mine))).mappings().one_or_none()
    return charge_in(found) if found else None
