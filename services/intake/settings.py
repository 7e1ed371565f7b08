"""Settings of the intake service."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, and the key that tells a register's people apart."""

    register_key: SecretStr = Field(
        min_length=32,
        description="secret file `relief_register_key`; with another key a repeated import registers everybody again",
    )
