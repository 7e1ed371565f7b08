"""Money of a fund is changed into another currency by a bank or PayPal; a conversion that was a mistake is undone."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.donations.commands.purposes import no_such_appeal
from services.donations.commands.undoing import undo_entry
from services.donations.domain import entries
from services.donations.domain.appeals import counted
from services.donations.domain.conversions import Conversion, plain
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import EntryKind, place
from services.donations.ledger import MoneyLedger
from services.donations.repository import conversions, rates
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

ALIKE = (
    "A conversion of the same two amounts is booked of {}; its reference is {}. If it is another one, undo it, and "
    "book each under PayPal's own reference."
)


@dataclass(frozen=True)
class Converted:
    """It is booked."""

    id: UUID
    entry_id: UUID


async def convert(
    unit: Unit, wanted: Conversion, percent: int | None, names: Collection[str] = ()
) -> Converted | Refused:
    """Book a conversion; what is got counts as raised for its appeal, if it names one. Refused beyond what is free,
    within one currency, if it is booked already, for an appeal of another fund or currency, and without a note if it is
    off from the day's known rate by more than so many percent; None if the place itself said both amounts, and nobody
    typed them. `names` are all that PayPal's list calls it, if it has both rows of it.
    """
    if refused := await _unfit(unit, wanted, percent):
        return refused
    where, into = (place(wanted.place, each.currency) for each in (wanted.given, wanted.got))
    async with MoneyLedger.open(unit, _keys(wanted)) as ledger:
        if wanted.place == conversions.PAYPAL and (refused := await _booked_before(unit, wanted, names)):
            return ledger.refuse(refused)
        lines = entries.converted(where, into, wanted.fund, wanted.given, wanted.got)
        entry = ledger.book(EntryKind.CONVERTED, lines, wanted.id, wanted.happened_on)
        if refused := await ledger.short(FundKey(wanted.fund, wanted.given.currency)):
            return ledger.refuse(refused)
        await _count(ledger, wanted, wanted.got.minor)
        if not await conversions.add(unit, wanted, entry.id):
            return ledger.refuse(conflict("A conversion with this reference is booked already."))
        return Converted(wanted.id, entry.id)


async def _unfit(unit: Unit, wanted: Conversion, percent: int | None) -> Refused | None:
    """Why this is no conversion to be booked; None if it is one."""
    if wanted.given.currency == wanted.got.currency:
        return invalid("A conversion is into another currency.", ("got", "is in the same currency"))
    if wanted.happened_on > unit.today:
        return invalid("A conversion is booked once it is there.", ("happened_on", "lies in the future"))
    if percent is not None and wanted.note is None and (refused := await _far_off(unit, wanted, percent)):
        return refused
    return await no_such_appeal(unit, wanted.appeal_id, wanted.fund, wanted.got.currency)


async def _booked_before(unit: Unit, wanted: Conversion, names: Collection[str]) -> Refused | None:
    """Why this is one that is booked: under another name of the same money at PayPal, or with no name at all."""
    await conversions.one_at_a_time(unit.session)
    same = names or (await conversions.kin(unit.session, wanted.reference) if wanted.reference else ())
    amounts = (wanted.given, wanted.got)
    for each in await conversions.of_paypal(unit.session, same):
        # Money of one payment may be changed twice, and back: then the amounts are others.
        if names or (each.given, each.got) == amounts:
            return conflict(f"This conversion is booked already, under {each.reference}.")
    if alike := await conversions.alike(unit.session, wanted):
        name = alike[0].reference or "none"
        return conflict(ALIKE.format(alike[0].happened_on, name))
    return None


async def _count(ledger: MoneyLedger, conversion: Conversion, minor: int) -> None:
    """So much more was got for the conversion's appeal, if it has one; below 0, less. It is locked after the funds."""
    if appeal := await ledger.appeal(conversion.appeal_id):
        ledger.change(counted(appeal, minor))


async def _far_off(unit: Unit, wanted: Conversion, percent: int) -> Refused | None:
    """Why this is too far from the rate that is known of its day; None if it is near, or none is known."""
    given, got = wanted.given, wanted.got
    rate = await rates.of_day(unit.session, given.currency, got.currency, wanted.happened_on)
    if rate is None or rate.off(given, got) * 100 <= percent:
        return None
    words = (
        f"{given} for {got} is a rate of {plain(rate.of(given, got))} {rate.quote} for one {rate.currency}, and that "
        f"of {rate.on_day} is {plain(rate.rate)}: more than {percent} percent off. Look at both amounts again. If the "
        "bank did change it so, say why in `note`; if the rate is wrong, replace it (POST /rates)."
    )
    return invalid(words, ("got", f"is more than {percent} percent off from the day's rate"))


def _keys(conversion: Conversion) -> set[FundKey]:
    return {FundKey(conversion.fund, each.currency) for each in (conversion.given, conversion.got)}


async def undo(unit: Unit, conversion_id: UUID, note: str) -> Converted | Refused:
    """A conversion was booked by mistake: it is undone today. Refused if what came is spent or promised, or does not
    lie there any more.
    """
    row = await conversions.lock(unit.session, conversion_id)
    if row is None:
        return missing(f"conversion {conversion_id}")
    if row["undone"]:
        return conflict("This conversion is undone already.")
    conversion = conversions.conversion_in(row)
    async with MoneyLedger.open(unit, _keys(conversion)) as ledger:
        undone = await undo_entry(ledger, row["entry_id"], note)
        await ledger.lock_places()
        await _count(ledger, conversion, -conversion.got.minor)
        if refused := await ledger.short(FundKey(conversion.fund, conversion.got.currency)):
            return ledger.refuse(refused)
        conversions.undo(unit, conversion_id)
        return Converted(conversion_id, undone.id)
