"""The PayPal of the demo in compose: what donations is told, what its container serves, what the demo signs."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.donations.printing.words import Language
from services.donations.settings import Settings
from shared.cli import Trouble
from shared.cli.demo.chapters.donations.asking import CURRENCY, FIRST, HOSPITAL_COST
from shared.cli.demo.command import OFFICE
from shared.cli.demo.paypal import BESIDE, PayPal
from shared.cli.stack import ROOT
from shared.cli.wiring import filled_in
from tests.support.paypal.alone import PORT, ROOTS, prepared

FOLDER = "/paypal"


def parts(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())["services"]
    return read


COMPOSE, BESIDES = parts("docker-compose.yml"), parts("deploy/demo/compose.yml")


def test_donations_is_told_of_the_paypal_in_its_container_and_of_no_other(tmp_path: Path) -> None:
    told = {name: said for name, said in BESIDES["donations"]["environment"].items() if "PAYPAL" in name}
    sandbox = prepared(tmp_path)
    assert told == {
        "RELIEF_PAYPAL_WEBHOOK_ID": sandbox.webhook_id,
        "RELIEF_PAYPAL_ENVIRONMENT": "sandbox",
        "RELIEF_PAYPAL_BASE": f"http://paypal:{PORT}",
        "RELIEF_PAYPAL_ROOTS": f"{FOLDER}/{ROOTS}",
    }
    values = {name.removeprefix("RELIEF_").lower(): value for name, value in told.items()}
    settings = filled_in("donations", **values)
    assert isinstance(settings, Settings)
    address = settings.paypal.certificate_address(sandbox.signer.certificate_url)
    assert (address or "").startswith(told["RELIEF_PAYPAL_BASE"])
    assert "paypal" in BESIDES["donations"]["depends_on"]
    # Without the second file compose tells donations of none.
    assert not [name for name in COMPOSE["donations"]["environment"] if "PAYPAL" in name]


def test_the_container_is_as_closed_as_the_others_and_on_the_inner_network_alone() -> None:
    other, mine = COMPOSE["definitions"], BESIDES["paypal"]
    for name in ("image", "pull_policy", "read_only", "tmpfs", "cap_drop", "security_opt", "logging"):
        assert mine[name] == (other[name] if name != "pull_policy" else "never"), name
    assert (mine["networks"], mine.get("ports"), mine["mem_limit"]) == (["inside"], None, "256m")
    assert str(PORT) in mine["healthcheck"]["test"][-1]
    assert mine["entrypoint"] == ["python", "-m", "tests.support.paypal.alone", FOLDER]


def test_the_keys_are_written_by_one_container_and_seen_by_two() -> None:
    keys, code = BESIDES["paypal"]["volumes"]
    assert keys == f"demo-paypal:{FOLDER}"
    source, target, mode = code.split(":")
    assert (ROOT / source / "alone.py").is_file()
    assert (target, mode) == (f"/app/{source.removeprefix('./')}", "ro")
    assert BESIDES["donations"]["volumes"] == [f"demo-paypal:{FOLDER}:ro"]
    assert BESIDES["demo"]["volumes"] == [f"demo-paypal:{FOLDER}:ro", code]
    assert BESIDES["demo"]["environment"] == {BESIDE: FOLDER}
    # A new volume takes its owner from the image.
    assert (
        FOLDER
        in (ROOT / "deploy" / "Dockerfile").read_text().split("install -d -o relief", 1)[1].split("\n")[0]
    )


def test_what_the_demo_signs_is_what_the_container_s_roots_vouch_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BESIDE, raising=False)
    assert PayPal.beside() is None
    container = prepared(tmp_path)
    assert (tmp_path / ROOTS).read_bytes() == container.roots
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("*.pem") if each.name != ROOTS} == {
        0o600
    }
    monkeypatch.setenv(BESIDE, str(tmp_path))
    beside = PayPal.beside()
    assert beside is not None
    assert (beside.sandbox.roots, prepared(tmp_path).roots) == (container.roots, container.roots)


def test_a_paypal_that_has_made_no_keys_yet_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo sees the keys and cannot write any: here, because its folder would lie in a file."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(BESIDE, str(tmp_path / "file" / "paypal"))
    with pytest.raises(Trouble, match="force-recreate"):
        PayPal.beside()


def test_the_demo_s_donations_can_print_letters_and_a_treasurer_has_to_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = BESIDES["donations"]["environment"]
    assert {name: said for name, said in given.items() if "PAYPAL" not in name} == OFFICE
    for name, said in OFFICE.items():
        monkeypatch.setenv(name, said)
    assert HOSPITAL_COST > json.loads(OFFICE["RELIEF_GRANT_LIMITS"])[CURRENCY] > FIRST.cost
    settings = filled_in("donations")
    assert isinstance(settings, Settings)
    parties = [settings.office.party(each) for each in Language]
    assert len({party.name for party in parties if party}) == len(Language)
    assert all(party and party.address for party in parties)
