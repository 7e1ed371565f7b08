"""Donations' endpoint for webhooks that verifies a notice and keeps nothing: what any such endpoint costs.

python -m tests.bench.peers.verifying
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from services.donations import handlers
from services.donations.api.paypal import WEBHOOK
from services.donations.outside import PayPal
from services.donations.paypal.signature import Rules, Verified
from services.donations.settings import Settings
from shared.cli.operate.serve import run, settings_of
from shared.service.app import application
from shared.service.parts import Parts, Service


def main() -> None:
    settings = settings_of("donations")
    assert isinstance(settings, Settings)
    assert settings.paypal_roots
    roots = settings.paypal_roots.read_bytes()
    paypal = PayPal(settings.paypal, Rules(settings.paypal_webhook_id), roots=roots)
    router = APIRouter()

    @router.post(WEBHOOK)
    async def webhook(request: Request) -> Response:
        body = await request.body()
        verdict = await paypal.verify(request.headers.items(), body, datetime.now(UTC))
        return Response(status_code=200 if isinstance(verdict, Verified) else 400)

    hears = handlers.hears(settings)
    parts = Parts(routers=[router], open_paths=[WEBHOOK], hears=hears, leave=paypal.close)
    run(application(Service("donations", settings, parts)), settings)


if __name__ == "__main__":
    main()
