"""Donations' chapter: what the store runs short of is appealed for, given for, and bought."""

from shared.cli.demo.chapters.donations.living import Donations

__all__ = ["Donations"]
