"""What each service adds to the demo: a module per service, of its name, with a class of its name.

A service without a chapter has none: its day is turned along, its targets are loaded and shown.
"""

from collections.abc import Sequence

from shared.cli.demo.chapter import Chapter, Stage
from shared.cli.wiring import modules_of


def chapters_of(stage: Stage) -> Sequence[Chapter]:
    """The chapters that there are, in the order of the services."""
    return [getattr(module, name.title())(stage) for name, module in modules_of(__name__).items()]
