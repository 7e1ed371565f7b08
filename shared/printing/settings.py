"""The settings of services that print papers."""

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class PrintingSettings(ServiceSettings):
    """Where the fonts are."""

    letter_fonts: tuple[Path, ...] = Field(
        default=(Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/dejavu")),
        description="the folders of the fonts Noto Sans CJK and DejaVu Sans",
    )
