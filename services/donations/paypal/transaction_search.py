"""The transaction list by PayPal's API: asked for page by page, for at most 31 days at a time."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.donations.paypal import reading
from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import Unreached, fetch
from services.donations.paypal.reading import Malformed
from services.donations.paypal.transactions import Fault, Row, State, kind_of

MOST_DAYS = 31
PAGE = 100
MOST_PAGES = 100
MOST_BYTES = 4 * 1024 * 1024
_STATES: dict[str, State] = {"S": "completed", "P": "pending", "D": "denied", "V": "reversed"}


@dataclass(frozen=True)
class Page:
    """Some rows, those that could not be read, and how many pages there are."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    pages: int


@dataclass(frozen=True)
class Search:
    """Access to one account's list."""

    environment: Environment
    asking: httpx.AsyncClient
    client_id: str
    secret: str

    async def between(self, start: datetime, end: datetime) -> Page | Unreached:
        """All rows from `start` to `end`, as one page. Rows appear some hours late, so ask for days well past.

        ValueError if that is more than 31 days, which PayPal refuses.
        """
        if not timedelta() <= end - start <= timedelta(days=MOST_DAYS):
            raise ValueError("at most 31 days at a time")
        token = await self._token()
        if isinstance(token, Unreached):
            return token
        whole = Page((), (), 1)
        number = 0
        while number < whole.pages:
            number += 1
            page = await self._page(token, start, end, number)
            if isinstance(page, Unreached):
                return page
            whole = Page(whole.rows + page.rows, whole.faults + page.faults, page.pages)
        return whole

    async def _token(self) -> str | Unreached:
        request = self.asking.build_request(
            "POST",
            self.environment.api_address("/v1/oauth2/token"),
            data={"grant_type": "client_credentials"},
            headers={"Authorization": _basic(self.client_id, self.secret)},
        )
        body = await fetch(self.asking, request)
        if isinstance(body, Unreached):
            return body
        try:
            token = reading.json_of(body).get("access_token")
        except Malformed:
            token = None
        return (
            token
            if isinstance(token, str) and token.isascii() and token.isprintable()
            else Unreached("answer")
        )

    async def _page(self, token: str, start: datetime, end: datetime, number: int) -> Page | Unreached:
        asked = {
            "start_date": _written(start),
            "end_date": _written(end),
            "fields": "transaction_info",
            "balance_affecting_records_only": "N",
            "page_size": str(PAGE),
            "page": str(number),
        }
        address = self.environment.api_address("/v1/reporting/transactions")
        headers = {"Authorization": f"Bearer {token}"}
        request = self.asking.build_request("GET", address, params=asked, headers=headers)
        body = await fetch(self.asking, request, MOST_BYTES)
        return body if isinstance(body, Unreached) else read(body, (number - 1) * PAGE)


def _basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(body: bytes, before: int = 0) -> Page | Unreached:
    """A page as PayPal sends it; `before` rows came on pages before. It never raises, whatever the bytes are."""
    try:
        page = reading.json_of(body)
    except Malformed:
        return Unreached("answer")
    pages = reading.count_if_any(page, "total_pages")
    details = page.get("transaction_details")
    if pages is None or pages > MOST_PAGES or not isinstance(details, list):
        return Unreached("answer")
    rows, faults = [], []
    for number, each in enumerate(details, before + 1):
        try:
            rows.append(_row(reading.inner({"": each}, "", "transaction_info")))
        except Malformed as error:
            faults.append(Fault(number, error.part))
    return Page(tuple(rows), tuple(faults), pages)


def _row(info: Mapping[str, Any]) -> Row:
    gross = reading.money(info, "transaction_amount")
    code = reading.identity(info, "transaction_event_code")
    return Row(
        reading.identity(info, "transaction_id"),
        kind_of(code, gross),
        _STATES.get(str(info.get("transaction_status")), "other"),
        gross,
        reading.time(info, "transaction_initiation_date"),
        code=code,
        fee=reading.money_if_any(info, "fee_amount"),
        refers_to=reading.identity_if_any(info, "paypal_reference_id"),
        custom_id=reading.custom_if_any(info, "custom_field"),
        # What waits or was refused has moved nothing.
        moves=info.get("transaction_status") in ("S", "V"),
    )
