"""Words and pictures of letters are removed once the sponsorship has been over for some time."""

from datetime import timedelta

from services.sponsorship import correspondence
from shared.messaging.unit import Unit

FORGET = "forget_letters"
"""The reminder of each day to remove what is kept no longer."""
AT_ONCE = 100


async def forget_old(unit: Unit, days: int) -> int:
    """Forget letters of sponsorships that were over so many days ago, some of them now and the rest soon."""
    gone = await correspondence.forget(unit.session, unit.today - timedelta(days), unit.today, AT_ONCE)
    if gone == AT_ONCE:
        unit.remind(FORGET)
    return gone
