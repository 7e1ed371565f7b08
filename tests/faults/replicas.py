"""One replica of a service as a process of its own, which can be told where to die or what to do without."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.cli.local.processes import private_folder
from shared.cli.local.services import ServiceProcess
from shared.messaging.crashpoints import SETTING
from shared.settings import ClockMode
from tests.faults.nursery import Nursery, Order

FIRST_DAY = date(2006, 11, 1)
READY_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Replica(ServiceProcess):
    """`settings` are more of its environment; they hold from one start to the next until they are changed."""

    nursery: Nursery
    settings: dict[str, str] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    """What it has to do without (see sabotage.py); nothing for a service as it is."""

    @property
    def name(self) -> str:
        return self.address.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self.daemon.pid is not None

    def environment(self, clock: ClockMode, first_day: date | None) -> dict[str, str]:
        return {**super().environment(clock, first_day), **self.settings}

    def launch(self, clock: ClockMode = ClockMode.MANUAL, first_day: date | None = FIRST_DAY) -> None:
        """Start it if it does not run, and do not wait."""
        if not self.running:
            private_folder(self.daemon.log.parent)
            environment = self.environment(clock, first_day)
            order = Order(self.name, self.without, environment, str(self.daemon.log))
            self.daemon.remember(self.nursery.fork(order))

    def launch_to_crash(self, point: str, nth: int) -> None:
        """Start it with orders to end itself at this point (shared/messaging/crashpoints.py)."""
        with_orders: Mapping[str, str] = {SETTING: f"{point}:{nth}"}
        self.settings.update(with_orders)
        try:
            self.launch()
        finally:
            del self.settings[SETTING]

    def kill(self) -> None:
        """`kill -9`."""
        self.daemon.kill()

    def wait_ready(self) -> None:
        self.wait(READY_SECONDS)
