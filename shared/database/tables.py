"""The tables that every service has: what it says and hears, its day, its timers, answers given, the plan's targets."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.rows import CONSTRAINT_NAMES

messaging = MetaData(naming_convention=CONSTRAINT_NAMES)

outbox = Table(
    "outbox",
    messaging,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("facts", LargeBinary, nullable=False),
    Column("consumer", String(60)),
    Column("contract", String(100)),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("reason", String(500), nullable=False, server_default=""),
    Column("said_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ready_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(consumer IS NULL) = (contract IS NULL)", name="a_feed_or_for_all"),
    Index("ix_outbox_never_tried", "id", postgresql_where=text("tries = 0")),
    Index("ix_outbox_resting", "ready_at", "id", postgresql_where=text("tries > 0")),
)
"""What is to be published: a row a unit of work, holding all the facts it said; a fact is gone once the broker has
confirmed it. `consumer` and `contract` are set where one consumer alone is fed. `tries` and `reason` tell of failures
that the row itself is to blame for; after the first one `ready_at` is when it may be tried next."""

inbox = Table(
    "inbox",
    messaging,
    Column("message_id", Uuid, primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index(None, "handled_at"),
)
"""What was handled: a message is handled by the one transaction that could insert its id."""

journal = Table(
    "journal",
    messaging,
    Column("said_at", DateTime(timezone=True), primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("correlation_id", Uuid, nullable=False),
    Column("causation_id", Uuid),
    Column("traceparent", String(55), nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "subject"),
    postgresql_partition_by="RANGE (said_at)",
)
"""Everything this service ever said within the retention time, append-only, a partition a month."""

day = Table(
    "day",
    messaging,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("processed", Date, nullable=False),
    Column("edition", BigInteger, nullable=False, server_default="0"),
    Column("clock", String(10), nullable=False, server_default="manual"),
)
"""One row: the last day whose work is done, which is the service's today; a random number that is another whenever
something changes that processes keep in memory (`messaging/memory.py`); what turns the days since the first start."""

answer = Table(
    "answer",
    messaging,
    Column("actor", String(100), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("body", Text),
    Column("answered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Answers already given, by principal and key; a row is written in the transaction of the work itself."""

timer = Table(
    "timer",
    messaging,
    Column("key", String(200), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("due_on", Date),
    Column("ready_at", DateTime(timezone=True), nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("reason", String(500), nullable=False, server_default=""),
    Column("parked_at", DateTime(timezone=True)),
    Column("set_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(due_at IS NULL) <> (due_on IS NULL)", name="an_instant_or_a_date"),
    Index(None, "ready_at", postgresql_where=text("parked_at IS NULL")),
)
"""What is to be done later; a row is deleted by the transaction that does it. `ready_at` is when it may be tried:
the instant it is due (for a date: at any time), and after a failure the time of the next try."""

feed = Table(
    "feed",
    messaging,
    Column("contract", String(100), primary_key=True),
    Column("consumer", String(60), primary_key=True),
    Column("place_at", DateTime(timezone=True)),
    Column("place_id", Uuid),
    Column("fed", BigInteger, nullable=False, server_default="0"),
    Column("until", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
)
"""Which consumer of a contract has been given what was said before it came; see `messaging/feeding.py`."""

target = Table(
    "target",
    messaging,
    Column("measure", String(60), primary_key=True),
    Column("area", SmallInteger, nullable=False),
    Column("words", String(200), nullable=False),
    Column("target", BigInteger),
    Column("unit", String(20), nullable=False),
)
"""What the action plan wants of this service; no target means as many as possible."""

discard = Table(
    "discard",
    messaging,
    Column("message_id", String(200), primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("discarded_by", String(100), nullable=False),
    Column("discarded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Parked messages that an operator gave up, and why; append-only. Ids are text, as the message gave them."""
