"""Receipts: one for each payment, under a number, and another one in its place when it is no longer true.

A receipt's number is taken last, when nothing can keep it from being printed any more, and under the lock of its
series: so a number is never there without its receipt.
"""

import asyncio
from dataclasses import replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.letters import addressed, keep_letter, not_printed
from services.donations.domain.letters import LetterState, Receipt, left_of, not_receivable, series_of
from services.donations.domain.payments import Payment
from services.donations.printing import words
from services.donations.printing.office import Office
from services.donations.printing.words import Issued, Language, Paid
from services.donations.repository import donors, letters, payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing
from shared.printing.press import Words


async def issue_receipt(
    unit: Unit, office: Office, payment_id: UUID, language: Language | None = None
) -> Receipt | Refused:
    """The receipt of a payment: the one that it has, or a new one under the next number.

    The donor and the payment are locked, so of two who ask at once the second finds the receipt of the first, and
    nobody is merged or parted while it is printed. Refused for a payment that has not come, was given back or is
    disputed, without a donor who has an address, and for what no font prints.
    """
    payment, donor_id = await _locked(unit, payment_id)
    if payment is None:
        return missing(f"payment {payment_id} that has come")
    if why_not := not_receivable(payment):
        return conflict(why_not)
    if donor_id is None:
        return conflict("Nobody is written down as the donor of this payment. Say whose gift it is first.")
    former = await letters.standing_receipt(unit.session, payment_id)
    same = former and await donors.are_one(unit.session, former.donor_id, donor_id)
    if former and former.state is LetterState.ISSUED and same:
        return former
    issued = await addressed(unit, office, donor_id, language)
    if isinstance(issued, Refused):
        return issued
    # Made out to whom it names. If the two are parted again, the payment's own donor can have another one.
    kept = await donors.kept(unit.session, donor_id)
    assert kept, "a gift has a donor that there is"
    return await _numbered(unit, office, issued, _unnumbered(unit, payment, kept["id"]), payment, former)


async def _locked(unit: Unit, payment_id: UUID) -> tuple[Payment | None, UUID | None]:
    """A payment and its donor, both locked; the donor first, as everywhere.

    If it is another one's once the payment is locked, that one is locked too, late: of two units that wait for each
    other then, the database undoes one, and whoever asked is told to try again.
    """
    known = await payments.find(unit.session, payment_id)
    first = await payments.donor_of(unit.session, known.gift_id) if known else None
    if first:
        await donors.hold(unit.session, first)
    payment = await payments.find(unit.session, payment_id, lock=True)
    donor_id = await payments.donor_of(unit.session, payment.gift_id) if payment else None
    if donor_id and donor_id != first:
        await donors.hold(unit.session, donor_id)
    return payment, donor_id


def _unnumbered(unit: Unit, payment: Payment, donor_id: UUID) -> Receipt:
    assert payment.happened_on, "a payment that has come has a day"
    left = left_of(payment)
    return Receipt(
        id=uuid7(),
        series="",
        number=0,
        payment_id=payment.id,
        donor_id=donor_id,
        currency=left.currency,
        amount=left.minor,
        received_on=payment.happened_on,
        issued_on=unit.today,
    )


async def _numbered(
    unit: Unit, office: Office, issued: Issued, receipt: Receipt, payment: Payment, former: Receipt | None
) -> Receipt | Refused:
    """The receipt under its number, printed and kept; in the place of a former one, if there was one."""
    paid = Paid(receipt.received_on, payment.purpose, left_of(payment))
    taxes, instead_of = office.tax_sentences.get(issued.language, ""), former.words if former else ""

    def says(number: str) -> Words:
        return words.receipt(issued, number, paid, taxes, instead_of)

    if lost := await asyncio.to_thread(office.press.lacking, says("")):
        return not_printed(lost)
    series = series_of(unit.today, office.numbering)
    receipt = replace(receipt, series=series, number=await letters.take_number(unit.session, series))
    if former and former.state is LetterState.ISSUED:
        # It was for another donor; a payment has one valid receipt at a time.
        former = replace(
            former, state=LetterState.REPLACED, reason=GiftWhy.CORRECTED.value, ended_on=unit.today
        )
        letters.change_receipt(unit, former)
    await keep_letter(unit, office, "receipt", receipt.id, receipt.donor_id, issued, says(receipt.words))
    letters.add_receipt(unit, receipt)
    if former:
        letters.change_receipt(unit, replace(former, replaced_by=receipt.id))
    return receipt


async def reprint(unit: Unit, office: Office) -> None:
    """Issue the receipt that takes the place of one that a refund made untrue; one in each unit.

    If there can be none any more, the former one is void. So it is if nothing can print the new one: somebody issues it
    once that is mended.
    """
    payment_id = await letters.next_to_replace(unit.session)
    if payment_id is None:
        return
    if isinstance(await issue_receipt(unit, office, payment_id), Refused):
        former = await letters.standing_receipt(unit.session, payment_id)
        if former and former.state is LetterState.REPLACED:
            letters.change_receipt(unit, replace(former, state=LetterState.VOID))
    if await letters.to_replace(unit.session):
        unit.remind(letters.REPRINT)
