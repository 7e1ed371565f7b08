"""Receipts and yearly statements are issued, and shown to whoever says why.

A receipt's number is taken last, when nothing can keep it from being printed any more, and under the lock of its
series: so a number is never there without its receipt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.contacts import Letter
from services.donations.domain.letters import (
    LetterState,
    Reader,
    Receipt,
    left_of,
    not_receivable,
    series_of,
)
from services.donations.domain.payments import Payment
from services.donations.printing import words
from services.donations.printing.office import Office
from services.donations.printing.press import Unprintable, Words
from services.donations.printing.words import Issued, Language, Paid, Party, language_of
from services.donations.repository import donors, letters, payments
from services.donations.repository.letters import Line
from services.donations.tables import LETTER_READING
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

RECEIPT, STATEMENT = "receipt", "statement"
ORIGINAL, COPY = "original", "copy"
OUTDATED = "outdated"
"""Why a statement ended whose place another one took."""


@dataclass(frozen=True)
class Statement:
    """A statement of what a donor gave in a year, as it was issued."""

    id: UUID
    donor_id: UUID
    year: int
    lines: Sequence[Line]


@dataclass(frozen=True)
class Shown:
    """A letter as somebody gets to see it: `pdf` is the original, or a copy that says that it is one."""

    letter: Letter
    pdf: bytes


async def issue_receipt(
    unit: Unit, office: Office, payment_id: UUID, language: Language | None = None
) -> Receipt | Refused:
    """The receipt of a payment: the one that it has, or a new one under the next number.

    The payment is locked, so of two who ask at once the second finds the receipt of the first. Refused for a payment
    that has not come, was given back or is disputed, without a donor who has an address, and for what no font prints.
    """
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id} that has come")
    if why_not := not_receivable(payment):
        return conflict(why_not)
    donor_id = await payments.donor_of(unit.session, payment.gift_id)
    if donor_id is None:
        return conflict("Nobody is written down as the donor of this payment. Say whose gift it is first.")
    former = await letters.standing_receipt(unit.session, payment_id)
    if former and former.state is LetterState.ISSUED and former.donor_id == donor_id:
        return former
    issued = await _addressed(unit, office, donor_id, language)
    if isinstance(issued, Refused):
        return issued
    return await _numbered(unit, office, issued, _unnumbered(unit, payment, donor_id), payment, former)


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
        return _not_printed(lost)
    series = series_of(unit.today, office.numbering)
    receipt = replace(receipt, series=series, number=await letters.take_number(unit.session, series))
    if former and former.state is LetterState.ISSUED:
        # It was for another donor; a payment has one valid receipt at a time.
        former = replace(
            former, state=LetterState.REPLACED, reason=GiftWhy.CORRECTED.value, ended_on=unit.today
        )
        letters.change_receipt(unit, former)
    await _keep(unit, office, RECEIPT, receipt.id, receipt.donor_id, issued, says(receipt.words))
    letters.add_receipt(unit, receipt)
    if former:
        letters.change_receipt(unit, replace(former, replaced_by=receipt.id))
    return receipt


async def _addressed(
    unit: Unit, office: Office, donor_id: UUID, language: Language | None
) -> Issued | Refused:
    """Who writes to whom: the donor as merged since, in the donor's language if no other one is asked for."""
    donor = await donors.kept(unit.session, donor_id)
    assert donor, "a gift has a donor that there is"
    contact = await contacts.read(unit.session, donor["id"])
    if contact is None or not contact.address:
        return conflict("A letter names its donor's address. Write it down first.")
    language = language or language_of(donor["language"])
    sender = office.party(language)
    if sender is None:
        return conflict("The settings name no organisation: RELIEF_ORGANISATION_NAME and _ADDRESS.")
    party = Party(contact.name, contact.address, organisation=donor["kind"] == "organisation")
    return Issued(sender, party, language, unit.today)


async def _keep(
    unit: Unit, office: Office, kind: str, letter_id: UUID, donor_id: UUID, issued: Issued, says: Words
) -> None:
    """Print a letter that nothing keeps from being printed, and keep its bytes and words behind the door."""
    body = await asyncio.to_thread(office.press.printed, kind, says, unit.today)
    assert not isinstance(body, Unprintable), "it was looked at before"
    letter = Letter(letter_id, kind, donor_id, issued.language.value, unit.today, body, says)
    contacts.write_letter(unit.writes, letter)


def _not_printed(lost: Unprintable) -> Refused:
    return conflict(f"This letter cannot be printed. {lost.words}")


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


async def issue_statement(
    unit: Unit, office: Office, donor_id: UUID, year: int, language: Language | None = None
) -> Statement | Refused:
    """What a donor gave in a calendar year, by currency; those who were merged into the donor are counted with it.

    If nothing is different, it is the statement that there is; otherwise a new one takes its place.
    """
    if year > unit.today.year:
        return invalid("This year has not begun.", ("year", "lies in the future"))
    donor = await donors.kept(unit.session, donor_id)
    if donor is None:
        return missing(f"donor {donor_id}")
    await donors.lock(unit.session, donor_id, donor["id"])
    group = await donors.merged(unit.session, donor["id"])
    lines = await letters.lock_lines(unit.session, group, year)
    valid = await letters.valid_statements(unit.session, group, year)
    for statement_id, said in valid.items():
        if said == lines and len(valid) == 1:
            return Statement(statement_id, donor["id"], year, lines)
    issued = await _addressed(unit, office, donor["id"], language)
    if isinstance(issued, Refused):
        return issued
    says = words.statement(issued, year, [Paid(each.received_on, each.purpose, each.money) for each in lines])
    if lost := await asyncio.to_thread(office.press.lacking, says):
        return _not_printed(lost)
    await letters.end_statements(unit, list(valid), LetterState.REPLACED, OUTDATED)
    statement = Statement(uuid7(), donor["id"], year, lines)
    await _keep(unit, office, STATEMENT, statement.id, donor["id"], issued, says)
    letters.add_statement(unit, statement.id, donor["id"], year, lines)
    return statement


async def show(unit: Unit, office: Office, letter_id: UUID, what: str, reader: Reader) -> Shown | Refused:
    """A letter as it was issued, or a copy of it that says so; who was shown it, and why, is kept.

    Refused is the original of a letter that is no longer valid; its copy says that it is void.
    """
    state = await letters.state_of(unit.session, letter_id)
    letter = await contacts.read_letter(unit.session, letter_id)
    if state is None or letter is None:
        return missing(f"letter {letter_id}")
    valid = state is LetterState.ISSUED
    if what == ORIGINAL and not valid:
        return conflict(f"This letter is {state.value}. A copy of it can be had, which says that it is void.")
    pdf: bytes | Unprintable = letter.body
    if what == COPY:
        marks = words.marks(Language(letter.language), valid=valid)
        pdf = await asyncio.to_thread(office.press.copied, letter.body, marks, letter.issued_on)
    if isinstance(pdf, Unprintable):
        return _not_printed(pdf)
    row = {"id": uuid7(), "at": unit.now, "letter_id": letter_id, "actor": unit.actor.id}
    unit.writes.insert(LETTER_READING, [{**row, "what": what, "reason": reader.value}])
    return Shown(letter, pdf)
