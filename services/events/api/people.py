"""How fieldworkers and volunteers are called and reached, as it is told."""

from typing import Annotated

from pydantic import Field

from services.events.api.models import Body
from services.events.contacts import Contact


class PersonBody(Body):
    """A name with a mail or a phone."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", examples=["Example Kei"])]
    mail: Annotated[str, Field(max_length=254, pattern=r"^\S+@\S+$")] | None = None
    phone: Annotated[str, Field(max_length=40, pattern=r"^[-+() 0-9]{3,40}$")] | None = None

    def contact(self) -> Contact:
        return Contact(self.name, self.mail, self.phone)
