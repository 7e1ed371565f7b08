"""The key of notices is looked at before the service starts; what is wrong with it is said, and the key is not."""

import pytest
from pydantic import SecretStr, ValidationError

from shared.cli.wiring import application

ONE, TWO = "first-key-" * 4, "second-key-" * 4


@pytest.mark.parametrize("held", [ONE, f" {ONE}\n", f"{ONE}\n{TWO}\n", f"{TWO} {ONE}"])
def test_the_file_holds_one_key_or_two(held: str) -> None:
    assert application("donations", notice_key=SecretStr(held))


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ("", "is empty"),
        ("too-short", "less than 32 characters"),
        (f"{ONE} too-short", "less than 32 characters"),
        (f"{ONE}\n{ONE}", "one key, or two different ones"),
        (f"{ONE} {TWO} {'third-key-' * 4}", "one key, or two different ones"),
    ],
)
def test_what_is_wrong_with_it_is_said_without_showing_it(held: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as told:
        application("donations", notice_key=SecretStr(held))
    assert "notice_key" in str(told.value)
    assert not any(each in str(told.value) for each in held.split())
