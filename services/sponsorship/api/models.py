"""What several routes share: who may use them, the settings, and showing what a command did."""

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from services.sponsorship.settings import Settings
from shared.principals import Role
from shared.web.models import Body
from shared.web.roles import allows
from shared.web.work import app_settings

SPONSORSHIP = allows(Role.SPONSORSHIP)
LOOKING = allows(Role.SPONSORSHIP, Role.AUDITOR)
SponsorshipSettings = Annotated[Settings, Depends(app_settings)]

WORDS = r"\w"
"""Text that people type has a letter or digit."""


class OfVersion(Body):
    """Whoever changes something says which version of it they saw; 409 if somebody has changed it since."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1, description="as it was shown", examples=[0])]
