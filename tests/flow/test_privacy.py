"""Nothing that tells of a person leaves the one place in which it may be kept: canaries are planted everywhere that
staff can type, and looked for everywhere else.
"""

import pytest

from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.kept import kept_findings
from shared.cli.operate.doctor.report import Finding
from shared.contracts import SERVICES, talking
from shared.contracts.intake import (
    AdvocacyChanged,
    ConsentChanged,
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    SettlementAsked,
)
from shared.contracts.inventory import SuppliesReleased, SuppliesReserved, Why
from tests.support.canaries import NOWHERE, Canaries, Kept, columns_of, overheard
from tests.support.canary_guests import VENUE
from tests.support.canary_story import BED, REACHED, Story
from tests.support.free_texts import FreeText, free_texts
from tests.support.looking import calling, named
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

GIVEN, FAMILY = "intake identity.given", "intake identity.family"
CASE_GIVEN, CASE_FAMILY = "intake case_identity.given", "intake case_identity.family"
REFERENCE = "intake household.register_ref"
DONOR = "donations contact.name"
GUEST, STEP = "events contact.name", "events gathering_step.note"
CONSENTS = "/households/{household_id}/members/{member_id}/consents"
SEEN = "events reading.note"
CONTACTS = {
    ("donations", "/donors", "contact"): ("name", "mail", "phone", "address"),
    ("donations", "/donors/{donor_id}/change", "contact"): ("name", "mail", "phone", "address"),
    ("events", "/gatherings/{gathering_id}/seats", "guests[].contact"): REACHED,
    ("events", "/gatherings/{gathering_id}/attendance", "guests[].contact"): REACHED,
    ("events", "/guests", "contact"): REACHED,
    ("events", "/guests/{guest_id}/change", "contact"): REACHED,
    ("events", "/contacts/{contact_id}/correct", "contact"): REACHED,
    ("events", "/speakers", "fieldworker"): REACHED,
    ("events", "/volunteers", "contact"): REACHED,
}
"""Where somebody is typed who can be reached, and what of them: each service has one table of contacts."""
SHOWN = ("venue", "door-list", "door-list/pdf", "invitations", "offers", "to-tell", "tell-place", "thank")
KEPT = {
    ("intake", "/households", "members[].given_name"): GIVEN,
    ("intake", "/households", "members[].family_name"): FAMILY,
    ("intake", "/households", "register_ref"): REFERENCE,
    ("intake", "/households/{household_id}/members", "given_name"): GIVEN,
    ("intake", "/households/{household_id}/members", "family_name"): FAMILY,
    ("intake", "/households/{household_id}/identities", "reason"): NOWHERE,
    ("intake", "/households/find", "register_ref"): NOWHERE,
    ("intake", "/households/{household_id}/members/{member_id}/correct", "given_name"): GIVEN,
    ("intake", "/households/{household_id}/members/{member_id}/correct", "family_name"): FAMILY,
    ("intake", CONSENTS, "note"): "intake consent_step.note",
    ("intake", CONSENTS + "/{consent_id}/withdraw", "note"): "intake consent_step.note",
    ("intake", "/cases", "people[].given_name"): CASE_GIVEN,
    ("intake", "/cases", "people[].family_name"): CASE_FAMILY,
    ("intake", "/cases/{case_id}/people", "given_name"): CASE_GIVEN,
    ("intake", "/cases/{case_id}/people", "family_name"): CASE_FAMILY,
    ("intake", "/cases/{case_id}/people/{person_id}/correct", "given_name"): CASE_GIVEN,
    ("intake", "/cases/{case_id}/people/{person_id}/correct", "family_name"): CASE_FAMILY,
    ("intake", "/cases/{case_id}/identities", "reason"): NOWHERE,
    ("intake", "/households/{household_id}/consents/{consent_id}/steps", "reason"): NOWHERE,
    ("intake", "/imports", "mapping"): NOWHERE,
    ("intake", "/imports", "file"): f"{GIVEN}, {FAMILY}, {REFERENCE}",
    ("inventory", "/adjustments", "reason"): "inventory movement.note",
    ("inventory", "/stocktakes", "reason"): "inventory movement.note",
    ("inventory", "/transfers", "reason"): "inventory movement.note",
    ("inventory", "/movements/{movement_id}/reverse", "reason"): "inventory movement.note",
    ("inventory", "/lots/{lot_id}/block", "reason"): "inventory movement.note",
    ("inventory", "/lots/{lot_id}/unblock", "reason"): "inventory movement.note",
    ("inventory", "/papers/{document_id}/undo", "reason"): "inventory movement.note",
    ("inventory", "/deliveries/{delivery_id}/undo", "reason"): "inventory movement.note",
    ("inventory", "/reservations/{reservation_id}/cancel", "reason"): "inventory cancellation.note",
    ("inventory", "/receipts", "reference"): "inventory receipt.reference",
    ("inventory", "/planned-deliveries", "deliveries[].reference"): "inventory planned_delivery.reference",
    ("inventory", "/catalogue", "items[].name"): "inventory item.name",
    ("inventory", "/catalogue", "depots[].name"): "inventory depot.name",
    ("donations", "/donors/{donor_id}/contact", "reason"): NOWHERE,
    ("donations", "/reconciliations", "file"): NOWHERE,
    ("donations", "/rates/imports", "file"): NOWHERE,
    ("donations", "/gifts/imports", "file"): f"{DONOR}, donations payment.transaction_id",
    ("donations", "/gifts", "reference"): "donations payment.transaction_id",
    ("donations", "/payments/{payment_id}/correct", "note"): "donations reversal.note",
    ("donations", "/payments/{payment_id}/reverse", "note"): "donations reversal.note",
    ("donations", "/advances", "reference"): "donations advance.reference",
    ("donations", "/advances/{advance_id}/slips", "reference"): "donations slip.reference",
    ("donations", "/advances/{advance_id}/return", "reference"): "donations slip.reference",
    ("donations", "/advances/{advance_id}/undo", "note"): "donations reversal.note",
    ("donations", "/advances/slips/{slip_id}/undo", "note"): "donations reversal.note",
    ("donations", "/gifts-in-kind/{gift_id}/value", "note"): "donations gift_in_kind.note",
    ("donations", "/gifts-in-kind/{gift_id}/seen", "note"): "donations goods_seen.note",
    ("donations", "/gifts-in-kind/{gift_id}/undo", "note"): "donations reversal.note",
    ("donations", "/pledges", "note"): "donations pledge.note",
    ("donations", "/pledges/{pledge_id}/cancel", "note"): "donations pledge.note",
    ("donations", "/decisions", "note"): "donations decision.note",
    ("donations", "/coverings", "note"): "donations decision.note",
    ("donations", "/decisions/{decision_id}/undo", "note"): "donations reversal.note",
    ("donations", "/grants/{grant_id}/payouts/{payout_id}/undo", "note"): "donations reversal.note",
    ("donations", "/conversions", "note"): "donations conversion.note",
    ("donations", "/conversions", "reference"): "donations conversion.reference",
    ("donations", "/charges", "reference"): "donations charge.reference",
    ("donations", "/charges/{charge_id}/undo", "note"): "donations reversal.note",
    ("donations", "/conversions/{conversion_id}/undo", "note"): "donations reversal.note",
    ("donations", "/transfers", "reference"): "donations transfer.reference",
    ("donations", "/transfers/{transfer_id}/undo", "note"): "donations reversal.note",
    ("donations", "/openings", "note"): "donations opening.note",
    ("donations", "/openings/{opening_id}/undo", "note"): "donations reversal.note",
    ("donations", "/grants/{grant_id}/pay", "reference"): "donations payout.reference",
    ("donations", "/grants/{grant_id}/take-back", "reference"): "donations payout.reference",
    ("sponsorship", "/letters", "text"): "sponsorship letter_text.original",
    ("sponsorship", "/letters/{letter_id}/mask", "text"): "sponsorship letter_text.masked",
    ("sponsorship", "/letters/{letter_id}/photos", "file"): NOWHERE,
    ("sponsorship", "/incidents", "note"): "sponsorship incident_note.note",
    ("sponsorship", "/incidents/{incident_id}/correct", "note"): "sponsorship incident_note.note",
    ("sponsorship", "/school/terms/{term_id}/report", "note"): "sponsorship report_note.note",
    **{
        (*where[:2], f"{where[2]}.{name}"): f"{where[0]} contact.{name}"
        for where, names in CONTACTS.items()
        for name in names
    },
    ("sponsorship", "/school/reports/{report_id}/correct", "note"): "sponsorship report_note.note",
    **{("events", "/gatherings", f"venue.{each}"): f"events venue.{each}" for each in VENUE},
    **{
        ("events", "/gatherings/{gathering_id}/move", f"venue.{each}"): f"events venue.{each}"
        for each in VENUE
    },
    ("events", "/gatherings/{gathering_id}/move", "note"): STEP,
    ("events", "/gatherings/{gathering_id}/change", "note"): STEP,
    ("events", "/gatherings/{gathering_id}/cancel", "note"): STEP,
    ("events", "/gatherings/{gathering_id}/imports", "file"): GUEST,
    ("events", "/recordings/{recording_id}/publications", "note"): "events publication.note",
    ("events", "/guests/{guest_id}/contact", "reason"): SEEN,
    ("events", "/guests/{guest_id}/offered", "reason"): SEEN,
    ("events", "/contacts/{contact_id}/correct", "reason"): SEEN,
    **{("events", f"/gatherings/{{gathering_id}}/{each}", "reason"): SEEN for each in SHOWN},
    ("events", "/volunteers/to-tell", "reason"): SEEN,
    **{(name, "/plan", "targets[].words"): f"{name} target.words" for name in SERVICES},
}
"""The one column in which each free text of a request may be kept."""
HEADERS = {"header idempotency-key", "header accept"}
"""They hold a canary in each request of the story, and are kept nowhere."""
BIRTHS = {
    ("intake", "/households", "members[].birth_date"),
    ("intake", "/households/{household_id}/members", "birth_date"),
    ("intake", "/households/{household_id}/members/{member_id}/correct", "birth_date"),
}
"""They take a date as somebody wrote it. The story has one canary for all of them."""

SHELTERS = ("house-north", "house-south", BED)
REASONS = ("trafficking_victim", "moved_on")


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_settled_for_every_free_text_where_it_may_be_kept(service: str) -> None:
    """A new one needs a line in KEPT, and its canary in the story below."""
    typed = {each for each in free_texts(service) if each.place not in HEADERS and each not in BIRTHS}
    assert typed == {FreeText(*each) for each in KEPT if each[0] == service}


async def test_what_tells_of_a_person_or_a_shelter_stays_where_it_was_typed(world: World) -> None:
    story = Story(world, KEPT)
    with Kept() as logged:
        async with overheard(world) as wire:
            await story.live_through()
            await world.settled()
            await until(lambda: _all(wire), lambda found: any(Why.HOUSEHOLD_CLOSED in each for each in found))
    for contract in (
        HouseholdRegistered,
        HouseholdChanged,
        HouseholdClosed,
        AdvocacyChanged,
        ConsentChanged,
        SettlementAsked,
        SuppliesReserved,
        SuppliesReleased,
    ):
        assert any(contract.wire in each for each in wire)
    canaries = story.canaries
    assert story.planted == {each for each in KEPT if each[0] in talking()}
    for name in talking():
        await canaries.assert_at_home(world, name)
        canaries.assert_none(f"an answer of {name}", story.answers[name])
    for name, others in {"intake": Canaries.of(*SHELTERS), "inventory": Canaries.of(*REASONS)}.items():
        kept = (await columns_of(world, name)).values()
        others.assert_none(f"{name}'s database", [value for values in kept for value in values])
        others.assert_none(f"an answer of {name}", story.answers[name])
    canaries.add((*SHELTERS, *REASONS))
    canaries.assert_none("the broker", wire)
    canaries.assert_none("the logs", logged.lines)
    for name in talking():
        metrics = await world.driver(name).client.get("http://test/metrics")
        canaries.assert_none(f"{name}'s metrics", [metrics.text])
    # What one service said is what another one keeps, but for what this story has said in the name of others.
    await world.settled()
    async with calling(world) as client:
        compared = await kept_findings(named(world), client, {}, Feeds(Finding("feeds")))
    different = {each.name.partition(":")[0] for each in compared if each.unsettled or each.breaches}
    assert different == {"payments", "monthly gifts", "gifts used", "sponsorship consents"}
    assert sum(each.counted > 0 for each in compared) > 10
    # The doctor would see it too.
    turned = "UPDATE depot SET kind = '{}' WHERE code = 'depot-north'"
    database = world.databases["inventory"]
    world.servers.sql(turned.format("shelter"), database)
    broken = [each["name"] for each in await world.inventory.get("/checks") if each["breaches"]]
    world.servers.sql(turned.format("depot"), database)
    assert broken == ["nothing that was said names a shelter"]
    depot = {"code": "depot-north", "name": "North", "kind": "shelter", "region": "north"}
    assert (await world.inventory.try_post("/catalogue", {"depots": [depot]})).status_code == 409


async def _all(wire: list[str]) -> list[str]:
    return wire


@pytest.mark.parametrize("reason", [None, "", "    ", "abc"])
async def test_names_are_not_shown_without_a_reason(world: World, reason: str | None) -> None:
    name = Canaries().plant()
    household = await world.intake.register([person(given_name=name)])
    body = {} if reason is None else {"reason": reason}
    path = f"/households/{household['household_id']}/identities"
    answer = await world.intake.client.post(path, json=body)
    assert answer.status_code == 422
    assert name not in answer.text
