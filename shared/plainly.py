"""What a library says of a file or a value that somebody wrote, in plain words that say what to write."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

SHAPES = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "rice-10kg: letters, digits, dots, - and _, without blanks",
    r"^[A-Za-z0-9][A-Za-z0-9./-]*$": "R-2006/17: letters, digits, dots, - and /, without blanks",
    r"^[a-z0-9][a-z0-9-]*$": "monthly-rice: small letters, digits and -",
    r"^[a-z][a-z0-9_]*$": "people_fed: small letters, digits and _",
    r"^[a-z]{1,10}$": "kg: at most 10 small letters",
    r"^[A-Za-z][A-Za-z0-9_]{0,19}$": "people: at most 20 letters, digits and _",
    r"^[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]+)?$": "1,000.50: digits, with a point before the decimals",
    r"^[0-9]{1,10}(\.[0-9]{1,10})?$": "117.25: digits, with a point before the decimals",
    r"^\d{4}-(0[1-9]|1[0-2])$": "2006-10: a year and a month",
    r"^\d{4}(/\d{2})?$": "2006, or 2006/07",
    r"^[A-Za-z0-9-]+$": "I-BW452GLLEP1G: letters, digits and -",
    r"^[A-Za-z0-9._-]+$": "gift-2: letters, digits, dots, - and _, without blanks",
    r"^[A-Za-z]+$": "kg: letters alone",
    r"^[-+() 0-9]{3,40}$": "+81 3 1234 5678: digits, blanks, +, - and brackets",
    r"^\S+@\S+$": "somebody@example.org",
    r"^https://\S+$": "https://example.org/page",
    r"^[a-z]{2,3}(-[A-Za-z]+)*$": "ja: the code of a language",
    r"^[a-z]{2,3}$": "ko: the code of a language, in small letters",
    r"^[A-Za-z]{2,3}$": "ko: the code of a language",
    r"^[A-Z]{3}$": "JPY: the code of a currency",
    r"^[A-Z]{2}$": "JP: the code of a country, in capitals",
    r"^[a-z0-9-]+$": "border-north: small letters, digits and -",
    r"^[a-z0-9][a-z0-9._-]*$": "fw-07: small letters, digits, dots, - and _",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$": "hall-2: at most 40 letters, digits, dots, - and _",
    r"^[A-Za-z0-9_-]+$": "room_2: letters, digits, - and _",
    r"^[A-Za-z0-9_+/-]+$": "Asia/Tokyo: letters, digits, /, +, - and _",
    r"^([a-z]{2,10}:)?[a-z0-9]{1,10}$": "jlpt:n2: a level, with its scale before a colon",
    r"^[a-z]{2,10}:[a-z0-9]{1,10}$": "jlpt:n2: a scale, a colon and a level",
    r"^[^0-9]{0,12}[0-9]": "1980-05-17: a date",
    r"^resettlement$": "resettlement",
    r"\w": "some text: blanks and signs alone are none",
    r"\S": "some text: blanks alone are none",
}
"""An example for each pattern of text, as no reader has to know what a pattern means."""


class NotToml(ValueError):
    """A file is not TOML; the text says in which line, and what to write there."""


def toml_of(text: str) -> dict[str, Any]:
    """The content of a TOML file. NotToml if it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(_toml_words(str(error), text)) from None
    except RecursionError:
        raise NotToml("its lists or tables lie too deep in each other") from None


_TOML = (
    (r"Expected '=' after", "write a name, = and its value, and nothing else"),
    (
        r"Cannot overwrite|Cannot declare|Cannot mutate|Duplicate",
        "this name stands twice; take one of them out",
    ),
    (r"Unterminated string|Illegal character '\\n'|Expected \"'\"", "a text has no closing quote"),
    (r"Unclosed array", "a list that begins with [ needs its closing ]"),
    (r"Unclosed inline table", "a table that begins with { needs its closing }"),
    (r"Expected '\]'", "a heading needs its closing bracket, like [values.sex]"),
    (r"Expected newline or end", "one NAME = VALUE per line; something stands behind the value"),
    (r"Unescaped|escape", r"in a text \ is written \\"),
    (r"Invalid date", "this date is in no calendar; write one like 2027-03-01"),
    (
        r"Invalid value|Invalid initial",
        "text stands in quotes; a number, or a date like 2027-03-01, without",
    ),
    (r"Illegal character|Found invalid", "there is a character that nobody sees; write the line anew"),
)


def _toml_words(said: str, text: str) -> str:
    words = next((words for pattern, words in _TOML if re.search(pattern, said)), "this cannot be read")
    line = re.search(r"at line (\d+)", said)
    last = text.rstrip("\n").count("\n") + 1
    return f"line {line[1] if line else last}: {words}"


def reason_of(error: Mapping[str, Any]) -> str:
    """Why pydantic did not take a value, without the value."""
    return _WORDS.get(error["type"], _unnamed)(error)


def _unnamed(_: Mapping[str, Any]) -> str:
    return "is not what is wanted here"


def _own_words(error: Mapping[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")


def _pattern(error: Mapping[str, Any]) -> str:
    pattern = error["ctx"]["pattern"]
    return f"must look like {SHAPES[pattern]}" if pattern in SHAPES else "is not written as it has to be"


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    # Ours: a validator of this program said it.
    **dict.fromkeys(("value_error", "assertion_error"), _own_words),
    **dict.fromkeys(
        ("uuid_parsing", "uuid_type", "uuid_version"),
        lambda _: "must be an id, like 0190c3a2-7d5e-7c3b-9f0a-1b2c3d4e5f60",
    ),
    "json_invalid": lambda _: "this is not JSON: a bracket, comma or quote is missing or too many",
    "json_type": lambda _: "must be JSON, as text",
    "too_short": lambda each: f"has fewer than {each['ctx']['min_length']}",
    "too_long": lambda each: f"has more than {each['ctx']['max_length']}",
    "greater_than": lambda each: f"must be more than {each['ctx']['gt']}",
    "less_than": lambda each: f"must be less than {each['ctx']['lt']}",
    "int_parsing_size": lambda _: "has too many digits",
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), lambda _: "is no number"),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
        lambda _: "must be a date and time like 2027-03-01T09:00:00+09:00",
    ),
    "timezone_aware": lambda _: "must say its zone, like 2027-03-01T09:00:00+09:00",
    **dict.fromkeys(("set_type", "frozen_set_type"), lambda _: 'must be a list, like ["a", "b"]'),
    "model_attributes_type": lambda _: "must be a table of NAME = VALUE",
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not known here",
    "string_pattern_mismatch": _pattern,
    "literal_error": lambda each: f"is none of {each['ctx']['expected']}",
    "enum": lambda each: f"is none of {each['ctx']['expected']}",
    "greater_than_equal": lambda each: f"is less than {each['ctx']['ge']}",
    "less_than_equal": lambda each: f"is more than {each['ctx']['le']}",
    "string_too_long": lambda each: f"has more than {each['ctx']['max_length']} characters",
    "string_too_short": lambda _: "is empty or too short",
    "string_type": lambda _: "must be text, in quotes",
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), lambda _: "is no whole number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), lambda _: "must be true or false"),
    **dict.fromkeys(("dict_type", "model_type"), lambda _: "must be a table of NAME = VALUE"),
    **dict.fromkeys(("list_type", "tuple_type"), lambda _: 'must be a list, like ["a", "b"]'),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        lambda _: "must be a date like 2027-03-01",
    ),
}
