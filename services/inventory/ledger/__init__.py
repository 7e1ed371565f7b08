"""Where stock is kept.

`stock_ledger.py` is the block in which a unit changes the store; `renewal.py` makes the rations of a new period.
"""

from services.inventory.ledger.stock_ledger import DEAL, FORECAST, RENEW, StockLedger

__all__ = ["DEAL", "FORECAST", "RENEW", "StockLedger"]
