"""Whose letters they are: what the settings say of the organisation that writes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.donations.domain.letters import Numbering
from services.donations.printing.words import Language, Party
from shared.printing.press import Press


@dataclass(frozen=True)
class Office:
    """Who writes letters, and on which press. The sentences about taxes are empty unless the group is certified."""

    names: Mapping[Language, str]
    addresses: Mapping[Language, str]
    tax_sentences: Mapping[Language, str]
    numbering: Numbering
    press: Press

    def party(self, language: Language) -> Party | None:
        """As it is called in a language, or in another one if it has no name there; None if it has none at all."""
        named = [each for each in (language, *Language) if self.names.get(each) and self.addresses.get(each)]
        return Party(self.names[named[0]], self.addresses[named[0]], organisation=True) if named else None
