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


def taken(payment: Payment, refunds: Sequence[int], reversal: Reversal | None, lost: Iterable[Lost]) -> Taken:
    """How a payment that has come stands; `refunds` are what went back under ids of their own.

    A refund of exactly as much as a dispute took is the same money too, unless the reversal is: one for each.
    """
    room = max(0, payment.gross - sum(refunds))
    before, after = _lost(payment, lost, room, Counter(refunds if reversal is None else ()))
    its, early = (reversal.amount, _is_early(payment, reversal.on)) if reversal else (0, False)
    first, second = (its, 0) if early else (0, its)
    out = min(room, max(first, before))
    back = _back(payment, out, max(0, first - before))
    again = min(room - out + back, max(second, after))
    fee_back = reversal.fee_back if reversal else 0
    if early and back:
        fee_back -= min(fee_back, back) if payment.restored_fee is None else payment.restored_fee
    refunded = min(payment.gross, sum(refunds) + out - back + again)
    return Taken(refunded, out + again, back, fee_back, early and back > 0)


def _lost(payment: Payment, lost: Iterable[Lost], room: int, alike: Counter[int]) -> tuple[int, int]:
    """What disputes took until money came back, and after that."""
    before, after = 0, 0
    for each in sorted(lost):
        if each.amount and alike[each.amount]:
            alike[each.amount] -= 1
        elif _is_early(payment, each.on):
            before += each.amount or room
        else:
            after += each.amount or room
    return before, after


def _is_early(payment: Payment, on: date) -> bool:
    """Whether what was taken on this day is what came back; what is taken later is taken once more."""
    return payment.restored_on is not None and on <= payment.restored_on


def _back(payment: Payment, out: int, won: int) -> int:
    """So much as PayPal says came back, if it took as much; a dispute that was `won` says no amount."""
    if payment.restored is None:
        return min(out, won)
    return payment.restored if payment.restored <= out else 0
