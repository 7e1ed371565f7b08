"""How a service is served."""

import httpx
import pytest
import uvicorn

from shared.cli.operate import serve
from shared.cli.wiring import application, filled_in


def test_a_service_keeps_an_idle_connection_longer_than_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[uvicorn.Config] = []

    def run(server: serve.Server) -> None:
        seen.append(server.config)
        server.started = True

    monkeypatch.setattr(serve.Server, "run", run)
    serve.run(application("intake"), filled_in("intake"))
    (config,) = seen
    kept = httpx.Limits().keepalive_expiry
    assert kept
    assert config.timeout_keep_alive > kept
