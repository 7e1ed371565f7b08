"""What PayPal has taken back of a payment, and given back to us since: it follows from all that was told, in any order.

A reversal and a dispute that was lost are the same money, told twice. What comes back after them is told by PayPal as
money, with its amount, or by a dispute that was won: then it is what was reversed and no dispute lost. Example: of a
gift of 1,000 PayPal reverses 1,000; then the dispute ends, 400 are lost and 600 come back. 400 are taken in the end,
whichever of the three is heard first. Booked one by one, it would be 1,400 less 600.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.donations.domain.payments import Payment


@dataclass(frozen=True)
class Reversal:
    """So much was reversed, in minor units, and `fee_back` of the fee given back with it."""

    amount: int
    fee_back: int
    on: date


@dataclass(frozen=True, order=True)
class Lost:
    """A dispute was lost, and with it so much in minor units; 0 is all that is left."""

    on: date
    case_id: str
    amount: int


@dataclass(frozen=True)
class Taken:
    """How it stands, in minor units. `refunded` is all that went back of the payment in the end, refunds too. PayPal
    took `out`, and of that `back` came back. `fee_back` is what it gave back of its fee with the reversal, less what it
    took for giving back: it may be below 0. `reversal_is_back` is whether a part of the reversal came back.
    """

    refunded: int = 0
    out: int = 0
    back: int = 0
    fee_back: int = 0
    reversal_is_back: bool = False


NOTHING = Taken()
BY_TREASURER, OF_BEFORE = "treasurer", "before"
WITHOUT_CASE = frozenset({BY_TREASURER, OF_BEFORE})
"""What the treasurer said was lost, and what was lost before cases were kept: PayPal may tell of it once more, under
its case and of another day.
"""


def taken(payment: Payment, refunds: Sequence[int], reversal: Reversal | None, lost: Iterable[Lost]) -> Taken:
    """How a payment that has come stands; `refunds` are what went back under ids of their own.

    A refund of exactly as much as a dispute took is the same money too, unless the reversal is: one for each.
    """
    room = max(0, payment.gross - sum(refunds))
    before, after = _lost(payment, lost, room, Counter(refunds if reversal is None else ()))
    its, early = (reversal.amount, _is_early(payment, reversal.on)) if reversal else (0, False)
    first, second = (its, 0) if early else (0, its)
    # Of what came back a donor may have been refunded since: that it came back stays so.
    had = min(payment.gross, max(first, before))
    came_back = _came_back(payment, had, max(0, first - before))
    out = min(room, had)
    back = min(out, came_back)
    # What has not come back yet is what is lost later.
    again = max(0, min(room - out + back, max(second, after - (out - back))))
    fee_back = reversal.fee_back if reversal else 0
    if early and came_back:
        fee_back -= min(fee_back, came_back) if payment.restored_fee is None else payment.restored_fee
    refunded = min(payment.gross, sum(refunds) + out - back + again)
    return Taken(refunded, out + again, back, fee_back, early and came_back > 0)


def _lost(payment: Payment, lost: Iterable[Lost], room: int, alike: Counter[int]) -> tuple[int, int]:
    """What disputes took until money came back, and after that."""
    before, after, known = 0, 0, 0
    for each in sorted(lost, key=lambda each: (each.case_id not in WITHOUT_CASE, each)):
        amount = each.amount or room
        if each.amount and alike[each.amount]:
            alike[each.amount] -= 1
            continue
        if each.case_id in WITHOUT_CASE:
            known += amount
        else:
            # It may be the one that is known already without its case.
            amount, known = max(0, amount - known), max(0, known - amount)
        if _is_early(payment, each.on):
            before += amount
        else:
            after += amount
    return before, after


def _is_early(payment: Payment, on: date) -> bool:
    """Whether what was taken on this day is what came back; what is taken later is taken once more."""
    return payment.restored_on is not None and on <= payment.restored_on


def _came_back(payment: Payment, had: int, won: int) -> int:
    """So much as PayPal says came back, if it `had` as much; a dispute that was `won` says no amount."""
    if payment.restored is None:
        return min(had, won)
    return payment.restored if payment.restored <= had else 0
