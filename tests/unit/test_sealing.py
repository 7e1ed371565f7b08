"""Sealed bytes open with their key, where they belong, as they were; and in no other case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.sealing import OVERHEAD_BYTES, Altered, Seal, UnknownKey, Unopened

OLD, NEW, OTHER = "old-" * 8, "new-" * 8, "another-" * 4
SEAL = Seal([OLD], "letters")
WORDS = b"From: Zeisig <zeisig@donor.example>"
PLACE = b"row 1"


@given(plain=st.binary(max_size=300), place=st.binary(max_size=40))
def test_what_is_sealed_opens_as_it_was(plain: bytes, place: bytes) -> None:
    sealed = SEAL.seal(plain, place)
    assert SEAL.open(sealed, place) == plain
    assert len(sealed) == len(plain) + OVERHEAD_BYTES
    # The same words look different each time, so that nobody sees that somebody gave again.
    assert SEAL.seal(plain, place)[5:] != sealed[5:]


@given(plain=st.binary(min_size=8, max_size=300))
def test_nothing_of_what_is_sealed_can_be_read(plain: bytes) -> None:
    sealed = SEAL.seal(plain, PLACE)
    assert not [at for at in range(len(plain) - 7) if plain[at : at + 8] in sealed]


@given(at=st.integers(0, len(WORDS) + OVERHEAD_BYTES - 1), mask=st.integers(1, 255))
def test_one_changed_byte_is_seen(at: int, mask: int) -> None:
    sealed = bytearray(SEAL.seal(WORDS, PLACE))
    sealed[at] ^= mask
    with pytest.raises(UnknownKey if at < 5 else Altered):
        SEAL.open(bytes(sealed), PLACE)


@given(end=st.integers(0, len(WORDS) + OVERHEAD_BYTES - 1))
def test_bytes_that_were_cut_off_do_not_open(end: int) -> None:
    with pytest.raises(Unopened):
        SEAL.open(SEAL.seal(WORDS, PLACE)[:end], PLACE)


@given(place=st.binary(max_size=8))
def test_bytes_of_another_row_do_not_open(place: bytes) -> None:
    sealed = SEAL.seal(WORDS, place + b"1")
    for other in (place, place + b"2", place + b"11", b""):
        with pytest.raises(Altered):
            SEAL.open(sealed, other)


@pytest.mark.parametrize(
    "seal", [Seal([OTHER], "letters"), Seal([OLD], "notices"), Seal([OTHER, NEW], "letters")]
)
def test_another_key_or_purpose_opens_nothing_and_says_which_it_is(seal: Seal) -> None:
    with pytest.raises(UnknownKey, match="with a key that is not given here"):
        seal.open(SEAL.seal(WORDS, PLACE), PLACE)
    with pytest.raises(UnknownKey, match="or not sealed"):
        seal.open(WORDS, PLACE)


def test_a_key_is_changed_while_both_open_and_the_first_seals() -> None:
    both, after = Seal([NEW, OLD], "letters"), Seal([NEW], "letters")
    old, new = SEAL.seal(WORDS, PLACE), both.seal(WORDS, PLACE)
    assert both.open(old, PLACE) == both.open(new, PLACE) == after.open(new, PLACE) == WORDS
    for seal, sealed in ((SEAL, new), (after, old)):
        with pytest.raises(UnknownKey):
            seal.open(sealed, PLACE)
    assert (SEAL.older, after.older) == ((), ())
    (older,) = both.older
    assert old.startswith(older)
    assert not new.startswith(older)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "one key, or two different ones"),
        ([OLD, NEW, OTHER], "one key, or two different ones"),
        ([OLD, OLD], "one key, or two different ones"),
        (["x" * 31], "less than 32 characters"),
        ([OLD, "short"], "less than 32 characters"),
    ],
)
def test_keys_that_cannot_be_are_named_without_being_shown(keys: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        Seal(keys, "letters")
    assert not any(each in str(told.value) for each in keys)
