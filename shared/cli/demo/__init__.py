"""`relief demo`: a register is imported and a winter is lived through, day by day."""

from shared.cli.demo.command import register

__all__ = ["register"]
