"""What falls due at intake when a day begins: children grow up."""

from datetime import date

from services.intake import identities, repository
from services.intake.commands import guardians
from services.intake.commands.saying import tell
from services.intake.domain.changes import grow
from services.intake.domain.households import Household
from services.intake.domain.timeline import grown_words
from services.intake.settings import Settings
from shared.contracts.intake import HouseholdChanged
from shared.messaging.turning import OnDay
from shared.messaging.unit import Unit


def on_day(_: Settings) -> OnDay:
    """Tell the other services of everybody who is in another age band from this day on, once per household.

    Compared is with the band that was told last, not with yesterday's: so nobody is left out when a day was missed.
    What a guardian agreed to who does not live with the child ends, should it have been missed.
    """

    async def begin(day: date, unit: Unit) -> None:
        # The unit that turns the day is alone, so nobody joins, leaves or is closed between the look and the locks.
        grown = await identities.grown(unit.session, day)
        locked = await repository.lock_all(unit.session, grown.keys())
        changed = [grow(each, grown[each.id]) for each in locked]

        def words(household: Household) -> str:
            return grown_words(len(grown[household.id]))

        repository.set_bands(unit.writes, changed)
        tell(unit, changed, HouseholdChanged, words)
        await guardians.follow(unit)

    return begin
