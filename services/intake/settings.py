"""Settings of the intake service."""

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, when consents are renewed, and the key that hashes the names that a dry run remembers."""

    consent_notice_days: int = Field(
        default=30,
        ge=0,
        le=366,
        description="a guardian's consent that ends within so many days is to be renewed",
    )
    register_key: SecretStr = Field(
        min_length=32,
        description="secret file `relief_register_key`; the names that a dry run keeps in memory are hashed with it",
    )
