"""Intake's chapter: a register is imported; after the winter a family comes, and others leave."""

from shared.cli.demo.chapters.intake.living import Intake, Registered

__all__ = ["Intake", "Registered"]
