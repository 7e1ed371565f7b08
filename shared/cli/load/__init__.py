"""`relief load FILE`: a group's own store, from a plan file or a workbook, over the public interface."""

from shared.cli.load.command import register

__all__ = ["register"]
