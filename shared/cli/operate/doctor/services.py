"""What each service says of itself, and the timers in its database."""

import httpx
from sqlalchemy import func, select, text

from shared.cli.operate.doctor.report import Finding
from shared.cli.operate.journal import database_of
from shared.cli.stack import Stack
from shared.database.tables import timer

LATE_SECONDS = 60
_WAITING = select(func.count()).select_from(timer).where(timer.c.parked_at.is_(None))
# A failed timer waits for its next try, and is not late until then.
_LATE = text("""
    SELECT key, due_on IS NOT NULL FROM timer
    WHERE parked_at IS NULL AND ready_at < clock_timestamp() - make_interval(secs => :seconds)
    AND (due_on IS NULL OR due_on <= (SELECT processed FROM day))
""").bindparams(seconds=LATE_SECONDS)


async def service_findings(stack: Stack, client: httpx.AsyncClient) -> list[Finding]:
    """Each service's own counts, from `GET /checks`; one that does not answer is a breach."""
    answers = Finding("services: answer", counted=len(stack.services))
    findings = [answers]
    for name, service in stack.services.items():
        try:
            answer = (await client.get(f"{service.url}/checks")).raise_for_status()
        except httpx.HTTPError:
            answers.breaches += 1
            continue
        counts = answer.json()
        findings += [Finding(f"{name}: {each['name']}", each["counted"], each["breaches"]) for each in counts]
    return findings


async def timer_findings(stack: Stack) -> list[Finding]:
    """The timers of each service that wait, and those that are due for more than a minute and not done.

    A timer of a date is due when the day turns, and nothing says how long ago that was: whether it is late, a second
    look says.
    """
    findings = []
    for name, service in stack.services.items():
        finding = Finding(f"{name}: timers: none is late")
        async with database_of(service) as database:
            finding.counted = await database.scalar(_WAITING) or 0
            for key, dated in await database.execute(_LATE):
                if dated:
                    finding.unsettled.add(f"{name} {key}".encode())
                else:
                    finding.breaches += 1
        findings.append(finding)
    return findings
