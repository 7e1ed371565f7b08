"""The routes for registers: take one in, list the imports, undo one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import FormData

from services.intake import queries
from services.intake.api.answers import ImportOut, KeptOut, UndoneOut
from services.intake.commands.imports import undo_some
from services.intake.importing.columns import REGISTER
from services.intake.importing.mapping import LARGEST, PLAIN, Mapped, mapping_of
from services.intake.importing.report import Report
from services.intake.importing.run import Import
from services.intake.settings import Settings
from shared.database.errors import is_conflict, is_outage
from shared.observability import log
from shared.principals import Role
from shared.spreadsheets.apart import open_apart
from shared.spreadsheets.opening import Sheet
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.uploads import (
    FILE_FORM,
    file_of,
    form_of,
    further_file_of,
    reading,
    spreadsheet_format,
)
from shared.web.work import NDJSON, Asking, OpenUnits, Reading, accepted, app_settings

router = APIRouter(tags=["imports"])
MOST_KEPT = 1000
RegisterSettings = Annotated[Settings, Depends(app_settings)]
DryRun = Annotated[bool, Query(description="say what would happen and change nothing")]
Accept = Annotated[
    str, Header(description=f"`{NDJSON}` for a line after each hundred households, then the report")
]


REGISTER_FORM = {
    **FILE_FORM,
    "properties": {
        **FILE_FORM["properties"],
        "mapping": {
            "type": "string",
            "format": "binary",
            "description": "TOML: the group's own headings and values; may be left out",
        },
    },
}


# No Idempotency-Key: who is registered is known by the register's own references, so sending a file again registers
# nobody twice, also when the first try broke off half-way, for which a key would give no answer.
@router.post(
    "/imports",
    dependencies=[allows(Role.CASEWORKER)],
    response_model=Report,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": REGISTER_FORM}}}
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
    languages (ko;zh), relation; and in one row of each household region, arrived_on, needs (food;clothing;kit;
    shelter, all if empty, or none), priority. It registers and adds, and changes nothing that is there. Groups with
    headings and values of their own send a mapping.
    """
    form = await form_of(request, files=2)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(form.close)
        file = file_of(form)
        kind = spreadsheet_format(file, REGISTER.what)
        await stack.enter_async_context(reading("registers"))
        mapped = await _mapping(form)
        register = accepted(await asyncio.to_thread(open_apart, file.file, kind, mapped.columns))
        stack.callback(register.close)
        key = settings.register_key.get_secret_value().encode()
        importing = Import(units, actor, key, dry_run=dry_run, mapped=mapped)
        if NDJSON in accept:
            return StreamingResponse(_lines(stack.pop_all(), register, importing), media_type=NDJSON)
        async for _ in importing.run(register):
            pass
    return JSONResponse(importing.report.model_dump(mode="json"))


@router.get("/imports", dependencies=[allows(Role.CASEWORKER, Role.OPERATOR, Role.AUDITOR)])
async def imports(session: Reading, after: After = None, limit: Limit = 50) -> Page[ImportOut]:
    """Registers that were taken in, the newest first."""
    found = await queries.imports(session, place_of(after), limit + 1)
    return page_of(found, limit, ImportOut.of, lambda row: row["id"])


# No Idempotency-Key: what is undone is not undone again, and the answer says what is left.
@router.post("/imports/{import_id}/undo", dependencies=[allows(Role.CASEWORKER)])
async def undo(import_id: UUID, units: OpenUnits, actor: Asking) -> UndoneOut:
    """Undo an import: households that it alone brought are closed as mistaken, from others its people leave.

    A household to which something was handed out stays as it is; the answer says which ones do, and why. Their
    references are free again, so the right register can be taken in at once.
    """
    answer = UndoneOut(import_id=import_id)
    after: UUID | None = None
    while True:
        async with units.open(actor=actor) as unit:
            some = accepted(await undo_some(unit, import_id, after))
        answer.closed += some.closed
        answer.people += some.left
        answer.kept_count += len(some.kept)
        answer.kept += [KeptOut.of(each) for each in some.kept[: MOST_KEPT - len(answer.kept)]]
        after = some.last
        if after is None:
            return answer


async def _mapping(form: FormData) -> Mapped:
    file = further_file_of(form, "mapping")
    if file is None:
        return PLAIN
    return accepted(mapping_of(await file.read(LARGEST + 1)))


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
