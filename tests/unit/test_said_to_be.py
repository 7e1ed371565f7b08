"""Until staff sign in, a client may say by a code who asks; what is no code is refused, and PayPal says nothing."""

import re

import pytest
from starlette.requests import Request

from shared.cli.stack import ROOT
from shared.principals import LOCAL_OPERATOR, PrincipalKind, Role, staff_principal
from shared.web.problems import Problem
from shared.web.roles import AS, who_asks


def asked(*codes: str) -> Request:
    headers = [(AS.lower().encode(), code.encode()) for code in codes]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_who_is_named_asks_and_otherwise_the_local_operator() -> None:
    assert who_asks(asked()) == LOCAL_OPERATOR
    found = who_asks(asked("treasurer-1"))
    assert found == staff_principal("treasurer-1")
    assert (found.id, found.kind, found.roles) == ("staff:treasurer-1", PrincipalKind.STAFF, frozenset(Role))


@pytest.mark.parametrize("code", ["", "Hana", "hana kim", "-a", "a" * 41, "service:donations", "a\n", "花"])
def test_what_is_no_code_is_refused_and_not_repeated(code: str) -> None:
    with pytest.raises(Problem) as raised:
        who_asks(asked(code))
    assert raised.value.status == 422
    assert not code or code not in str(raised.value.detail)


def test_nobody_becomes_somebody_by_what_is_posted_to_the_open_listener() -> None:
    text = (ROOT / "deploy" / "gateway" / "Caddyfile").read_text()
    posted = text[text.index("(posted)") : text.index("# The listener for PayPal")]
    assert {"X-Relief", AS, "Authorization", "Cookie"} <= set(re.findall(r"header_up -([\w-]+)", posted))
