"""Webhook endpoints."""

import pytest

from tests.simulators.vendors.stripe.world import Stripe

PATH = "/v1/webhook_endpoints"
PARAMS = {"url": "http://127.0.0.1:1/hook", "enabled_events[]": "*"}


def test_the_secret_is_shown_once() -> None:
    world = Stripe()
    made = world.post(PATH, {**PARAMS, "metadata[a]": "1"})
    assert made["secret"].startswith("whsec_")
    assert (made["status"], made["metadata"]) == ("enabled", {"a": "1"})
    assert "secret" not in world.get(f"{PATH}/{made['id']}")
    assert "secret" not in world.get(PATH)["data"][0]


def test_one_is_changed_and_deleted() -> None:
    world = Stripe()
    path = f"{PATH}/{world.post(PATH, PARAMS)['id']}"
    assert world.post(path, {"enabled_events[]": "charge.failed"})["enabled_events"] == ["charge.failed"]
    assert world.post(path, {"disabled": "true"})["status"] == "disabled"
    assert world.post(path, {"disabled": "false"})["status"] == "enabled"
    assert world.delete(path)["deleted"] is True
    assert world.account.state.listeners == []
    assert world.get(PATH)["data"] == []


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"url": "http://x"}, "enabled_events"),
        ({"enabled_events[]": "*"}, "url"),
        ({**PARAMS, "url": "ftp://x"}, "url"),
    ],
)
def test_an_incomplete_one_is_refused(params: dict[str, str], param: str) -> None:
    answer = Stripe().send("POST", PATH, params)
    assert (answer.status, answer.error["param"]) == (400, param)


def test_sixteen_are_the_most() -> None:
    world = Stripe()
    secrets = {world.post(PATH, PARAMS)["secret"] for _ in range(16)}
    assert len(secrets) == 16
    assert world.send("POST", PATH, PARAMS).status == 400
