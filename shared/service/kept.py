"""What a service said of things, or keeps of what others said: the doctor compares the lines of two services."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import StreamingResponse

from shared.database.engine import set_transaction_timeout
from shared.principals import Role
from shared.service.parts import Service
from shared.web.problems import not_found
from shared.web.roles import allows
from shared.web.work import NDJSON, OpenUnits

router = APIRouter(tags=["operations"])
AT_ONCE = 500


@router.get(
    "/checks/kept/{what}",
    dependencies=[allows(Role.OPERATOR, Role.AUDITOR)],
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": {"type": "object"}}}}},
)
async def kept(what: str, request: Request, units: OpenUnits) -> StreamingResponse:
    """Things by their ids, a JSON line each in the order of the ids: versions and states, and nobody's name.

    `of` are further ids: messages about one of them may change the line too.
    """
    service: Service = request.app.state.service
    query = service.parts.kept.get(what)
    if query is None:
        raise not_found(f"stream {what}")

    async def lines() -> AsyncIterator[str]:
        async with units.read() as session:
            await set_transaction_timeout(session)
            rows = await session.stream_scalars(text(_in_order(query)))
            async for some in rows.partitions(AT_ONCE):
                yield "".join(f"{each}\n" for each in some)

    return StreamingResponse(lines(), media_type=NDJSON)


def _in_order(query: str) -> str:
    return f"SELECT CAST(row_to_json(kept) AS text) FROM ({query}) kept ORDER BY kept.id"  # noqa: S608, it is ours
