"""Settings of the intake service."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, and the key that hashes the names which a dry run remembers."""

    register_key: SecretStr = Field(
        min_length=32,
        description="secret file `relief_register_key`; the names that a dry run keeps in memory are hashed with it",
    )
