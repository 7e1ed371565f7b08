"""Rows of the inventory service, a file per family of tables."""

from services.inventory.tables.buying import APPEAL, PRICE, PRICE_SET, PURCHASE
from services.inventory.tables.catalogue import DEPOT, ITEM, KIT_PART
from services.inventory.tables.columns import Row
from services.inventory.tables.goods import LOT, MARKED_SHELF, MOVEMENT, SHELF
from services.inventory.tables.kept import FORECAST_SAID, MONTH_TOTAL, SHORTAGE_SAID, TOTAL
from services.inventory.tables.needs import HOUSEHOLD, RENEWAL, RESERVATION, TAKEN_ALONG, UNMET
from services.inventory.tables.papers import ASKED_AGAIN, CANCELLATION, DELIVERY, PLANNED_DELIVERY, RECEIPT

__all__ = [
    "APPEAL",
    "ASKED_AGAIN",
    "CANCELLATION",
    "DELIVERY",
    "DEPOT",
    "FORECAST_SAID",
    "HOUSEHOLD",
    "ITEM",
    "KIT_PART",
    "LOT",
    "MARKED_SHELF",
    "MONTH_TOTAL",
    "MOVEMENT",
    "PLANNED_DELIVERY",
    "PRICE",
    "PRICE_SET",
    "PURCHASE",
    "RECEIPT",
    "RENEWAL",
    "RESERVATION",
    "SHELF",
    "SHORTAGE_SAID",
    "TAKEN_ALONG",
    "TOTAL",
    "UNMET",
    "Row",
]
