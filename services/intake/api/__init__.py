"""The HTTP interface of intake (JSON)."""

from services.intake.api import figures, households, imports

ROUTERS = (households.router, imports.router, figures.router)
