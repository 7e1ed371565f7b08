"""`relief contracts accept`: growth is written down, anything else is refused."""

import json
from pathlib import Path

import pytest

from shared.cli import Trouble
from shared.cli.develop.contracts import accept, snapshots
from shared.contracts import CONTRACTS


def test_every_contract_is_written_down_and_nothing_is_written_twice(tmp_path: Path) -> None:
    accept(tmp_path)
    assert snapshots(tmp_path).keys() == CONTRACTS.keys()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    accept(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_a_field_that_was_there_cannot_be_forgotten(tmp_path: Path) -> None:
    accept(tmp_path)
    path = tmp_path / "intake.household_closed.v1.json"
    schema = json.loads(path.read_text())
    schema["properties"]["reason"] = {"type": "string"}
    path.write_text(json.dumps(schema))
    with pytest.raises(Trouble, match=r"household_closed\.v1: reason: was removed or renamed"):
        accept(tmp_path)


def test_a_contract_that_was_there_cannot_be_forgotten(tmp_path: Path) -> None:
    accept(tmp_path)
    (tmp_path / "intake.household_lost.v1.json").write_text("{}")
    with pytest.raises(Trouble, match=r"household_lost\.v1: the contract is gone"):
        accept(tmp_path)
