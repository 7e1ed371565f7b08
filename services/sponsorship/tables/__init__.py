"""Rows of the sponsorship service, a file per family of tables."""

from services.sponsorship.tables.children import CHILD, HOUSEHOLD, PRESENCE
from services.sponsorship.tables.columns import Row

__all__ = ["CHILD", "HOUSEHOLD", "PRESENCE", "Row"]
