"""Where stock is kept.

`stock_ledger.py` is the block in which a unit changes the store: it locks and catches up with what was put off.
`goods.py` moves goods, `giving.py` sets them aside; `posting.py` writes down and says what was changed; `renewal.py`
makes the rations of a new period.
"""

from services.inventory.ledger.posting import DEAL, FORECAST, forecast_now
from services.inventory.ledger.stock_ledger import RENEW, StockLedger

__all__ = ["DEAL", "FORECAST", "RENEW", "StockLedger", "forecast_now"]
