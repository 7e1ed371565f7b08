"""What the education fund is asked for, once children and their sponsors stand as they must."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.sponsorship.domain.school import Home, Payment, covered, follow, uncovered
from services.sponsorship.ledger.pages import Loaded
from services.sponsorship.repository import school
from services.sponsorship.tables import SCHOOL_MONTH, SCHOOL_PAYMENT
from shared.contracts.base import Money
from shared.contracts.sponsorship import PaymentStep, SchoolPaymentDue
from shared.messaging.unit import Unit


async def ask(unit: Unit, loaded: Loaded) -> None:
    """Ask for what gifts do not cover of the months that are due for the children of this page, or take it back."""
    session, page = unit.session, loaded.page
    months = await school.months_due(session, list(loaded.seen), unit.today)
    if not months:
        return
    payments = await school.payments_of(session, (each["id"] for each in months))
    homes = await _homes(unit, loaded)
    supporting = list(page.sponsorships.values())
    covers = await school.covers_of(session, {each.gift_id for each in supporting})
    for month in months:
        child = month["child_id"]
        of_it = [each for each in supporting if each.child_id == child]
        share = covered(month["due_on"], of_it, covers)
        if share != month["covered"]:
            unit.writes.change(SCHOOL_MONTH, [{"id": month["id"], "covered": share}])
        is_asked = loaded.seen[child].since <= month["due_on"] <= month["ends_on"]
        need = uncovered(month["fee"], share) if is_asked else 0
        after, anew = follow(need, homes.get(child), payments.get(month["id"], []))
        if after is not None:
            _change(unit, month, after)
        if anew:
            _make(unit, month, Payment(uuid7(), homes[child], anew))


async def say_again(unit: Unit, payment_id: UUID) -> None:
    """Say once more what was asked, with who asked for it, unless it is over. The caller has the book."""
    found = await school.payment(unit.session, payment_id)
    if found and found[1].open:
        month, payment = found
        _change(unit, month, payment.changed(payment.amount))


async def _homes(unit: Unit, loaded: Loaded) -> Mapping[UUID, Home]:
    """Where those are who are helped."""
    at = {key: need.household_id for key, need in loaded.needs.items() if need.helped}
    versions = await school.versions(unit.session, set(at.values()))
    return {key: Home(household, versions[household]) for key, household in at.items()}


def _make(unit: Unit, month: RowMapping, payment: Payment) -> None:
    home = {"household_id": payment.home.household_id, "household_version": payment.home.version}
    row = {"id": payment.id, "month_id": month["id"], "child_id": month["child_id"], **home}
    row |= {name: month[name] for name in ("currency", "due_on")}
    unit.writes.insert(SCHOOL_PAYMENT, [{**row, "amount": payment.amount, "said": payment.said}])
    _say(unit, month, payment, PaymentStep.DUE)


def _change(unit: Unit, month: RowMapping, payment: Payment) -> None:
    row = {"id": payment.id, "amount": payment.amount, "said": payment.said, "withdrawn": payment.withdrawn}
    unit.writes.change(SCHOOL_PAYMENT, [row])
    _say(unit, month, payment, PaymentStep.WITHDRAWN if payment.withdrawn else PaymentStep.CHANGED)


def _say(unit: Unit, month: RowMapping, payment: Payment, step: PaymentStep) -> None:
    unit.say(
        SchoolPaymentDue(
            payment_id=payment.id,
            version=payment.said,
            member_id=month["child_id"],
            household_id=payment.home.household_id,
            household_version=payment.home.version,
            amount=Money(amount=payment.amount, currency=month["currency"]),
            due_on=month["due_on"],
            asked_by=month["actor"],
            raised_by=tuple(month["raised_by"]),
            status=step.value,
            on=unit.today,
        )
    )
