"""The facts that the services tell each other, and who hears which.

`HEARD_BY` is the one list of consumers: queues are declared from it, publishing a fact that somebody should hear
fails loudly while nobody can, and the doctor checks each message against it.
"""

from collections.abc import Mapping

from shared.contracts import donations, events, intake, inventory, sponsorship
from shared.contracts.base import Contract

SERVICES = ("intake", "inventory", "sponsorship", "events", "donations")

HEARD_BY: Mapping[type[Contract], tuple[str, ...]] = {
    intake.HouseholdRegistered: ("inventory", "sponsorship"),
    intake.HouseholdChanged: ("inventory", "sponsorship"),
    intake.HouseholdReopened: ("inventory", "sponsorship", "events"),
    intake.HouseholdClosed: ("inventory", "sponsorship", "events", "donations"),
    intake.GrantAsked: ("donations",),
    intake.AdvocacyChanged: ("events", "donations"),
    intake.ConsentChanged: ("sponsorship", "events"),
    intake.SettlementAsked: ("sponsorship", "events"),
    inventory.SuppliesReserved: ("intake",),
    inventory.SuppliesBackordered: ("intake",),
    inventory.SuppliesDelivered: ("intake",),
    inventory.SuppliesReleased: ("intake",),
    inventory.RationLapsed: ("intake",),
    inventory.ShortfallForecast: ("donations",),
    inventory.HandOutUndone: ("intake",),
    inventory.ItemPriced: ("donations",),
    inventory.ShortageChanged: ("donations",),
    inventory.PurchaseChanged: ("donations",),
    inventory.GoodsReceived: ("donations",),
    donations.GiftReceived: ("sponsorship",),
    donations.GiftCorrected: ("sponsorship",),
    donations.MonthlyGiftChanged: ("sponsorship",),
    donations.GrantChanged: ("intake", "sponsorship"),
    donations.AppealChanged: ("inventory",),
    donations.MembershipChanged: ("events",),
    donations.DonorLinked: ("sponsorship", "events"),
    sponsorship.ChildChanged: ("intake",),
    sponsorship.GiftPlaced: ("donations",),
    sponsorship.SchoolPaymentDue: ("donations",),
    sponsorship.LessonPlaceChanged: ("intake",),
    sponsorship.HelperAsked: ("events",),
    events.HelpChanged: ("intake", "sponsorship"),
    events.SpeakingChanged: ("intake",),
    events.GatheringChanged: (),
    events.ContactOffered: ("donations",),
}

CONTRACTS: Mapping[str, type[Contract]] = {contract.wire: contract for contract in HEARD_BY}


def heard_by(consumer: str) -> list[type[Contract]]:
    """The contracts that this service consumes, in the order of the list above."""
    return [contract for contract, consumers in HEARD_BY.items() if consumer in consumers]


def said_by(publisher: str) -> list[type[Contract]]:
    """The contracts that this service publishes."""
    return [contract for contract in HEARD_BY if contract.publisher() == publisher]


def talking() -> list[str]:
    """The services that say or hear something, in the order of their list."""
    return [name for name in SERVICES if heard_by(name) or said_by(name)]
