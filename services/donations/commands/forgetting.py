"""What PayPal sent is kept for some days and no longer: a donor's name and mail are in it.

What a payment's notices said goes as soon as PayPal's list and the books agree on it (`reconciling.py`). No list speaks
of the notices of subscriptions, so nobody's name is kept of them from the beginning (`paypal/reduced.py`). What is left
goes by its age. Of each notice its id, its kind and its dates stay, and what it told of amounts is in the rows of
payments, refunds and subscriptions.
"""

from zoneinfo import ZoneInfo

from services.donations import contacts
from services.donations.domain.notices import kept_from
from shared.messaging.unit import Unit

FORGET = "forget_notices"
"""The reminder of each day to remove what is old."""
AT_ONCE = 1000


async def forget_old(unit: Unit, zone: ZoneInfo, days: int) -> int:
    """Remove what PayPal sent that is older than so many days, some of it now and the rest soon."""
    gone = await contacts.forget_notices_before(unit.session, kept_from(unit.today, zone, days), AT_ONCE)
    if gone == AT_ONCE:
        unit.remind(FORGET)
    return gone
