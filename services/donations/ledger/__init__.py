"""The money ledger: funds are locked, money is booked and promised in one block."""

from services.donations.ledger.money_ledger import MoneyLedger
from services.donations.ledger.promises import SERVE

__all__ = ["SERVE", "MoneyLedger"]
