"""`book_job`, against the simulators of all its vendors: all of it, or nothing, or a word on what is left."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from brownout_core.flows.book_job import BookJobRequest
from brownout_harness.virtual.life import Killed
from tests.support.aio import virtually
from tests.support.booking import ALL_OF_IT, LEASE_S, NOTHING, Booking

Rules = Mapping[str, Any]
DECLINED: Rules = {"stripe": {"match": "POST /v1/payment_intents", "respond": {"error": "card_declined"}}}
SENT_AT = {
    "supabase": "POST *",
    "sales": "POST */orders/intake",
    "erp": "POST */workOrders",
    "docusign": "POST */envelopes",
    "stripe": "POST /v1/payment_intents",
    "twilio": "POST *",
    "resend": "POST *",
}
"""By vendor, the call with which it does its part."""


def struck(vendor: str, once: bool = True, **fault: Any) -> Rules:
    """That call, the first time or always."""
    rule = {"match": SENT_AT[vendor], **fault}
    return {vendor: {**rule, "sequence": "F", "sequence_per": "rule"} if once else rule}


def booking(*several: Rules, **more: Any) -> Booking:
    rules: dict[str, list[dict[str, Any]]] = {}
    for each in several:
        for vendor, rule in each.items():
            known = rules.setdefault(vendor, [])
            known.append({"vendor": vendor, "id": f"{vendor}-{len(known)}", **rule})
    return Booking(rules, **more)


def test_a_healthy_job_leaves_one_of_each_and_nothing_is_kept_of_it() -> None:
    async def main() -> None:
        world = booking()
        status, answer = await world.ask()
        assert (status, answer["status"], answer["by"], answer["job_state"]) == (201, "done", "openai", "done")
        assert (world.standing(), world.states()) == (ALL_OF_IT, [])
        again = await world.ask()
        assert (again[0], again[1]["payment_intent"]) == (201, answer["payment_intent"])
        assert world.standing() == ALL_OF_IT
        await world.close()

    virtually(main())


def test_a_declined_payment_takes_everything_back_before_it_is_told() -> None:
    async def main() -> None:
        world = booking(DECLINED)
        status, answer = await world.ask()
        assert (status, answer["status"], answer["code"]) == (402, "refused", "generic_decline")
        kinds = [each.route for each in world.effects()]
        back = [
            "docusign.void", "erp.work_order_cancellation", "sales.order_cancellation", "supabase.row_deleted",
        ]  # fmt: skip
        assert [kind for kind in kinds if kind in back] == back
        assert (world.standing(), world.states(), world.undone_too_often()) == (NOTHING, [], [])
        assert (await world.ask())[1]["code"] == "generic_decline"
        assert len(world.effects()) == len(kinds)
        await world.close()

    virtually(main())


@pytest.mark.parametrize(
    ("vendor", "answer"),
    [
        ("supabase", {"status": 400, "body": "json"}),
        ("sales", {"error": "validation-failed"}),
        ("erp", {"error": "Application_DialogException"}),
        ("docusign", {"status": 400, "body": "json"}),
    ],
)
def test_what_is_refused_earlier_takes_back_what_was_there_by_then(vendor: str, answer: dict[str, Any]) -> None:
    async def main() -> None:
        world = booking(struck(vendor, once=False, respond=answer))
        status, told = await world.ask()
        assert (status, told["status"]) == (422, "refused"), told
        assert (world.standing(), world.states(), world.undone_too_often()) == (NOTHING, [], [])
        await world.close()

    virtually(main())


@pytest.mark.parametrize("vendor", SENT_AT)
@pytest.mark.parametrize(
    "fault", [{"drop_after_effect": {"ending": "reset"}}, {"drop_before_effect": {"ending": "reset"}}], ids=str
)
def test_whatever_becomes_of_a_sending_there_is_one_of_each_in_the_end(vendor: str, fault: dict[str, Any]) -> None:
    async def main() -> None:
        world = booking(struck(vendor, **fault))
        status, _ = await world.ask()
        assert status in {201, 202}
        if status == 202:
            assert world.states() == ["pending"]
            await asyncio.sleep(11)
            assert await world.redrive() == "1 done"
        assert world.standing() == ALL_OF_IT
        await world.close()

    virtually(main())


def test_what_cannot_be_taken_back_is_told_as_an_incident_that_names_it_and_the_rest_is_taken_back() -> None:
    """Work on the order begins just when it is to be cancelled."""

    async def main() -> None:
        world = booking(DECLINED)
        lines = [{"sku": "PYX-CANCELRACE", "quantity": 1, "unit_price": 500}]
        status, answer = await world.ask(lines=lines)
        assert (status, answer["status"], world.states()) == (202, "accepted", ["incident"])
        letter = await world.letters.get(answer["dead_letter_id"])
        (order,) = [each for each in world.effects() if each.route == "sales.order"]
        assert letter is not None
        assert (letter.standing, letter.error_class) == (f"sales order {order.id}", "left_standing")
        assert world.standing() == {**NOTHING, "sales.order": 1}
        # Nobody sends it again, unless somebody insists; and it stays what it is.
        assert await world.redrive() == "none was waiting"
        await world.close()

    virtually(main())


def test_behind_the_payment_nothing_is_taken_back_and_what_cannot_be_sent_is_told() -> None:
    async def main() -> None:
        world = booking()
        status, _ = await world.ask(phone="+15005550001")  # Twilio: not a number
        (state,) = world.states()
        assert (status, state) == (202, "incident")
        (letter,) = await world.letters.page(["incident"], 10)  # type: ignore[list-item]
        assert letter.standing.split(", ")[-1].startswith("stripe payment pi_")
        standing = world.standing()
        assert (standing["stripe.charge"], standing["docusign.envelope"], standing["twilio.message"]) == (1, 1, 0)
        await world.close()

    virtually(main())


def test_a_session_that_is_no_good_is_refused_before_anything_is_kept() -> None:
    async def main() -> None:
        world = booking()
        status, answer = await world.ask(token="expired")
        assert (status, answer["code"]) == (422, "token_expired")
        assert (world.effects(), world.states()) == ([], [])
        await world.close()

    virtually(main())


def test_the_token_is_no_part_of_what_is_kept_or_compared() -> None:
    asked = {
        "operation_id": "op-1",
        "name": "Ada",
        "email": "a@b.test",
        "phone": "+15555550100",
        "site": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "US"},
        "lines": [{"sku": "A", "quantity": 2, "unit_price": 1050}],
        "item": "VLV-34",
        "account": "10000",
    }
    one, other = (BookJobRequest.model_validate({**asked, "token": token}) for token in ("first", "second"))
    assert one.payload() == other.payload()
    assert orjson.loads(one.payload())["token"] == ""
    assert BookJobRequest.model_validate_json(one.payload()).total == 2100


@pytest.mark.parametrize("way", ["asked again", "redriven"])
def test_what_a_process_died_over_is_gone_on_with_by_another(way: str) -> None:
    async def main() -> None:
        world = booking(gateways=2)
        world.die_at(lambda where: where == "after docusign POST")
        assert (await world.ask())[0] == 0
        assert world.states() == ["under_way"]
        assert await world.redrive(1) == "none was waiting", "its lease lasts"
        await asyncio.sleep(LEASE_S + 11)
        if way == "asked again":
            assert (await world.ask(gateway=1))[0] == 201
        else:
            assert await world.redrive(1) == "1 done"
        assert world.standing() == ALL_OF_IT
        assert "docusign.void" not in [each.route for each in world.effects()]
        await world.close()

    virtually(main())


def test_a_job_whose_keeping_fails_is_not_begun() -> None:
    async def main() -> None:
        world = booking()
        world.letters._database.execute("DROP TABLE dead_letters")
        status, answer = await world.ask()
        assert (status, answer["status"], answer["code"]) == (503, "refused", "claims_unavailable")
        assert world.effects() == []
        await world.close()

    virtually(main())


def test_the_dead_say_nothing() -> None:
    async def main() -> None:
        world = booking()
        with pytest.raises(Killed):
            world.die_at(lambda _where: True)("anywhere")
        await world.close()

    virtually(main())
