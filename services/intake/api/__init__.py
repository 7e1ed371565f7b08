"""The HTTP interface of intake (JSON)."""

from services.intake.api import checks, figures, households, imports

ROUTERS = (households.router, imports.router, figures.router, checks.router)
