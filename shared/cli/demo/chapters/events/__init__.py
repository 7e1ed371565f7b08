"""Events' chapter: volunteers help, a hearing and a seminar are held."""

from shared.cli.demo.chapters.events.living import Events

__all__ = ["Events"]
