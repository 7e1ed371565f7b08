"""What a certificate says, in Japanese and English beside each other, and whose it is: the group's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.sponsorship.domain.certificates import Certificate
from shared.printing.press import Press, Words, plain, press_of

CERTIFICATE = "certificate"
_TEMPLATE = Path(__file__).parent / "certificate.typ"


@dataclass(frozen=True)
class Issuer:
    """Who issues certificates, as it is called in Japanese and English, and on which press. No names: nobody does."""

    names: Sequence[str]
    press: Press


def certificate_press(folders: Sequence[Path]) -> Press:
    """The press of certificates, in the fonts of these folders."""
    return press_of(_TEMPLATE, folders)


def certificate(issued: Certificate, organisation: Sequence[str]) -> Words:
    """The words of a certificate. All of them but the group's own name were kept when it was issued."""
    return {
        "number": issued.words,
        "course": issued.course,
        "level": issued.level.upper(),
        "period": f"{issued.starts_on} – {issued.ends_on}",
        "attended": f"{issued.minutes:,} / {issued.held:,} 分 minutes",
        "issued": f"発行日 Issued on {issued.issued_on}",
        "organisation": [plain(each) for each in organisation],
    }
