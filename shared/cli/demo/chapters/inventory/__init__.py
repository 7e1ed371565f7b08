"""Inventory's chapter: goods come, kits are put together, households fetch."""

from shared.cli.demo.chapters.inventory.living import Inventory

__all__ = ["Inventory"]
