"""What several routes share: who may use them, the settings, and showing what a command did."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from services.sponsorship.settings import Settings
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import app_settings

T = TypeVar("T")
M = TypeVar("M")

SPONSORSHIP = allows(Role.SPONSORSHIP)
LOOKING = allows(Role.SPONSORSHIP, Role.AUDITOR)
PlacingSettings = Annotated[Settings, Depends(app_settings)]


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def shown(outcome: T | Refused, show: Callable[[T], M]) -> M | Refused:
    """What a command did as the answer shows it; what it refused as it is."""
    return outcome if isinstance(outcome, Refused) else show(outcome)
