"""The PayPal of the demo in a container of its own: `python -m tests.support.paypal.alone FOLDER`.

It serves its certificates to donations. What it tells of is signed by the demo, which reads the same keys.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from tests.support.paypal.kept import kept
from tests.support.paypal.sandbox import Sandbox

PORT = 8099
ROOTS = "roots.pem"
"""The file with what donations has to trust."""


def prepared(folder: Path) -> Sandbox:
    """The PayPal whose keys lie in the folder; made if there are none. Its roots are written beside them."""
    now = datetime.now(UTC)
    sandbox = Sandbox(now, kept(folder, now))
    (folder / ROOTS).write_bytes(sandbox.roots)
    return sandbox


def main() -> None:
    """Serve until told to stop, to whoever is on the same network."""
    app = prepared(Path(sys.argv[1])).paypal.app()
    uvicorn.run(app, host="0.0.0.0", port=PORT, log_level="warning", lifespan="off")  # noqa: S104, in a container


if __name__ == "__main__":
    main()
