"""What several routes share: who may use them, the settings, and showing what a command did."""

from typing import Annotated

from fastapi import Depends

from services.sponsorship.settings import Settings
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import app_settings

SPONSORSHIP = allows(Role.SPONSORSHIP)
LOOKING = allows(Role.SPONSORSHIP, Role.AUDITOR)
SponsorshipSettings = Annotated[Settings, Depends(app_settings)]
