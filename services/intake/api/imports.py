"""The route that takes a register in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from services.intake.importing.columns import REGISTER
from services.intake.importing.report import Report
from services.intake.importing.run import Import
from services.intake.settings import Settings
from shared.database.errors import is_conflict, is_outage
from shared.observability import log
from shared.principals import Role
from shared.spreadsheets.apart import open_apart
from shared.spreadsheets.opening import Sheet
from shared.web.problems import Problem
from shared.web.roles import allows
from shared.web.uploads import FILE_FORM, file_of, form_of, spreadsheet_format
from shared.web.work import NDJSON, Asking, OpenUnits, accepted, app_settings

router = APIRouter(tags=["imports"])
AT_ONCE = asyncio.Semaphore(2)
RegisterSettings = Annotated[Settings, Depends(app_settings)]
DryRun = Annotated[bool, Query(description="say what would happen and change nothing")]
Accept = Annotated[
    str, Header(description=f"`{NDJSON}` for a line after each hundred households, then the report")
]


# No Idempotency-Key: who is registered is known by the register's own references, so sending a file again registers
# nobody twice, also when the first try broke off half-way, for which a key would give no answer.
@router.post(
    "/imports",
    dependencies=[allows(Role.CASEWORKER)],
    response_model=Report,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FILE_FORM}}}
    },
)
async def take_in(
    request: Request,
    units: OpenUnits,
    settings: RegisterSettings,
    actor: Asking,
    dry_run: DryRun = False,
    accept: Accept = "*/*",
) -> Response:
    """Take a register in: a spreadsheet with one row per person. Good rows are imported, each bad row is reported.

    Columns: household (a reference), given_name, family_name, sex, birth_date (like 1980-05-17) or age, size,
    languages (ko;zh), relation; and in the first row of each household region, arrived_on, needs (food;clothing;kit;
    shelter, all if empty, or none), priority. It registers and adds, and changes nothing that is there.
    """
    form = await form_of(request)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(form.close)
        file = file_of(form)
        kind = spreadsheet_format(file, REGISTER.what)
        await stack.enter_async_context(_reading())
        register = accepted(await asyncio.to_thread(open_apart, file.file, kind, REGISTER))
        stack.callback(register.close)
        key = settings.register_key.get_secret_value().encode()
        importing = Import(units, actor, key, dry_run=dry_run)
        if NDJSON in accept:
            return StreamingResponse(_lines(stack.pop_all(), register, importing), media_type=NDJSON)
        async for _ in importing.run(register):
            pass
    return JSONResponse(importing.report.model_dump(mode="json"))


@asynccontextmanager
async def _reading() -> AsyncIterator[None]:
    """Reading takes memory, so only so many registers are taken in at the same time. Problem 503 if there are."""
    if AT_ONCE.locked():
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "Other registers are being taken in. Send this one later."
        )
    async with AT_ONCE:
        yield


async def _lines(stack: AsyncExitStack, register: Sheet, importing: Import) -> AsyncIterator[str]:
    """Progress, then the report, or a problem if it had to break off: sending the file again goes on from there."""
    async with stack:
        try:
            async for rows in importing.run(register):
                yield _line(rows=rows, of=register.rows)
            yield _line(report=importing.report.model_dump(mode="json"))
        except Exception as error:  # noqa: BLE001 - the answer has begun, so its last line tells of any error
            log().error("an import broke off", exc_info=error, rows=importing.report.rows)
            passing = is_outage(error) or is_conflict(error)
            words = (
                "the service is busy or its database is away"
                if passing
                else "something went wrong; tell the operator"
            )
            detail = f"The import broke off: {words}. Send the file again: nobody is registered twice."
            yield _line(
                problem={"status": 503 if passing else 500, "detail": detail}, rows=importing.report.rows
            )


def _line(**content: Any) -> str:
    return json.dumps(content) + "\n"
