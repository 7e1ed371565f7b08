"""No database goes back to an older version: each migration says so in the same way, and what to do instead."""

import importlib.util
from pathlib import Path

import pytest

from shared.database.migrations import NoWayBack, no_way_back

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("services/*/migrations/versions/*.py"), *ROOT.glob("shared/**/versions/*.py")])


def test_each_migration_ends_with_no_way_back() -> None:
    assert len(FILES) > 20
    ends = "\n\n\ndowngrade = no_way_back\n"
    assert [str(each.relative_to(ROOT)) for each in FILES if not each.read_text().endswith(ends)] == []


def test_whoever_goes_back_is_told_what_to_do() -> None:
    spec = importlib.util.spec_from_file_location("migration", FILES[-1])
    assert spec
    assert spec.loader
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    assert migration.downgrade is no_way_back
    with pytest.raises(NoWayBack, match=r"restore the backup.*docs/operations\.md"):
        migration.downgrade()
    assert "**Going back.**" in (ROOT / "docs/operations.md").read_text()
