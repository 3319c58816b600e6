"""`sign_in`: the kind of a token is fixed by the scenario, the token itself made later."""

import json
import random
from typing import Any

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.gateway.sign_in import OPERATION
from brownout_harness.asked.tokens import GOOD, KINDS, MINTED


def test_a_request_says_which_token_it_is_to_carry() -> None:
    drawn = OPERATION.draw(random.Random(5), "op-1")
    assert drawn == {"token": GOOD}
    request = OPERATION.request(Arrival("op-1", "sign_in", 0.0, {**drawn, "token": "expired"}))
    assert (request.path, json.loads(request.body), request.token) == ("/v1/sign-in", {"token": MINTED}, "expired")


def test_a_kind_that_there_is_not_is_told() -> None:
    assert [list(OPERATION.problems({"token": kind})) for kind in KINDS] == [[] for _ in KINDS]
    wrongs: list[Any] = ["stolen", ["good"], {}, None, 7]
    for wrong in wrongs:
        ((place, why),) = OPERATION.problems({"token": wrong})
        assert place == ("token",)
        assert why.startswith(f"is one of {', '.join(KINDS)}, got ")
