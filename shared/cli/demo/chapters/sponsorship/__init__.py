"""Sponsorship's chapter: children go to school, and a couple learns Japanese."""

from shared.cli.demo.chapters.sponsorship.living import Sponsorship

__all__ = ["Sponsorship"]
