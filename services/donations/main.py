"""Wires the donations service."""

from fastapi import FastAPI

from services.donations import api, checks, day, handlers, queries
from services.donations.api import paypal as doors
from services.donations.api import reconciling
from services.donations.outside import PayPal
from services.donations.paypal.signature import Rules
from services.donations.settings import Settings
from shared.observability import Metrics
from shared.service.app import application
from shared.service.parts import Observe, Parts, Service

DESCRIPTION = "Gifts, funds, grants and the ledger. It knows donors, and of those who are helped no name."


def build(settings: Settings) -> FastAPI:
    """The service as an application. What PayPal posts to is there once the settings say that PayPal knows of us."""
    known = settings.paypal_webhook_id or settings.receivers or settings.paypal_app
    paypal = _paypal(settings) if known else None
    posted = [doors.router(paypal, settings.zone, settings.seal)] if paypal else []
    if paypal and paypal.lists:
        posted.append(reconciling.fetching(paypal))

    def observe(metrics: Metrics) -> Observe:
        if paypal:
            metrics.registry.register(paypal.met)
        return queries.observe(settings)(metrics)

    parts = Parts(
        description=DESCRIPTION,
        # A request is held against one route after the other, and nobody else posts so much at once.
        routers=[*posted, *api.routers(settings)],
        open_paths=doors.paths(paypal) if paypal else (),
        hears=handlers.hears(settings),
        on_day=day.on_day,
        timers=day.timers(settings, paypal),
        observe=observe,
        actuals=queries.actuals(settings),
        put_off=queries.put_off(settings),
        check=checks.check(settings),
        kept=checks.KEPT,
        leave=paypal.close if paypal else None,
    )
    return application(Service("donations", settings, parts))


def _paypal(settings: Settings) -> PayPal:
    roots = settings.paypal_roots.read_bytes() if settings.paypal_roots else None
    rules = Rules(settings.paypal_webhook_id) if settings.paypal_webhook_id else None
    return PayPal(settings.paypal, rules, settings.receivers, roots, settings.paypal_app)
