"""Papers as answers: a PDF that nobody keeps on its way."""

from fastapi import Response


class PdfResponse(Response):
    """A PDF, which nobody keeps on its way."""

    media_type = "application/pdf"


def pdf(body: bytes, name: str) -> PdfResponse:
    """A PDF to be saved under this name, which tells of nobody."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return PdfResponse(body, headers=headers)
