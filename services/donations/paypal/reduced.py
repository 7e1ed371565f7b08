"""What is kept of a notice about a subscription once it was taken in: ids, amounts, dates and codes."""

import json
from dataclasses import asdict, replace
from datetime import datetime

from services.donations.paypal.said import SubscriptionSaid


def reduced(said: SubscriptionSaid) -> bytes:
    """It as JSON, without the payer and the mark: what an old button bears may be a name too."""
    kept = asdict(replace(said, payer=None, custom_id=None))
    return json.dumps(kept, default=datetime.isoformat, separators=(",", ":")).encode()
