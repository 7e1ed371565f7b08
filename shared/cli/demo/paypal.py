"""The PayPal of the demo: the tests' own, which signs notices with a chain that donations is told to believe.

Donations has to know it before it starts, by its settings (`told`); the keys are kept, so that it is believed in the
next run too. It lies with the tests, since what is shared knows no service.
"""

import importlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from shared.cli import Trouble

WHOM = "donations"
"""The service that is told of it."""
BESIDE = "RELIEF_DEMO_PAYPAL"
"""In compose, the folder with the keys of the PayPal that runs beside donations (deploy/demo/compose.yml)."""


@dataclass(frozen=True)
class PayPal:
    """A PayPal whose keys lie in `folder`."""

    folder: Path
    sandbox: Any

    @classmethod
    def kept_in(cls, folder: Path) -> "PayPal":
        """The one of this folder; made if there is none, which takes a second."""
        now = datetime.now(UTC)
        signer = _module("kept").kept(folder, now)
        return cls(folder, _module("sandbox").Sandbox(now, signer))

    @classmethod
    def beside(cls) -> "PayPal | None":
        """The one that runs in compose in a container of its own; None if compose was started without it."""
        folder = os.environ.get(BESIDE)
        if not folder:
            return None
        try:
            return cls.kept_in(Path(folder))
        except OSError:
            # It has made none yet, or they end soon; here they can be read and not written.
            raise Trouble(
                "The demo's PayPal has no keys, or old ones. With the two files of compose that you gave here, say: "
                f"up --wait --force-recreate paypal {WHOM}"
            ) from None

    @property
    def notices(self) -> Any:
        """The module that writes notices as PayPal does."""
        return _module("notices")

    def told(self, base: str) -> dict[str, str]:
        """What donations has to be told so that it believes this PayPal, which serves at `base`.

        The file of the roots is named after them: with others donations is told something else, and starts again.
        """
        roots = self.folder / f"roots-{sha256(self.sandbox.roots).hexdigest()[:12]}.pem"
        roots.write_bytes(self.sandbox.roots)
        return {
            "RELIEF_PAYPAL_WEBHOOK_ID": self.sandbox.webhook_id,
            "RELIEF_PAYPAL_ENVIRONMENT": "sandbox",
            "RELIEF_PAYPAL_BASE": base,
            "RELIEF_PAYPAL_ROOTS": str(roots.absolute()),
        }

    def signed(self, notice: Mapping[str, Any], transmission: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a notice that is sent now."""
        return cast(
            tuple[bytes, dict[str, str]], self.sandbox.signed(notice, datetime.now(UTC), transmission)
        )

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """It serves on this machine for as long as the block lasts. Trouble if the port is taken."""
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.sandbox.serving(port))
            except OSError:
                raise Trouble(f"Port {port}, meant for the demo's PayPal, is already taken.") from None
            yield


def _module(name: str) -> Any:
    return importlib.import_module(f"tests.support.paypal.{name}")
