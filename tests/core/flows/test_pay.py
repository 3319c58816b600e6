"""`pay`: one charge, whatever happens, and an answer that can be relied on."""

import asyncio

import pytest

from brownout_core.flows.ending import EndingStatus
from brownout_core.records import LetterState, StoreUnavailable
from brownout_core.telemetry import Kind
from brownout_core.transport import Lost, NoConnection
from tests.core.fakes import After, config, reply
from tests.core.flows.world import World, pay, policies
from tests.support.aio import virtually


def test_a_payment_is_done_once_and_says_so() -> None:
    async def main() -> None:
        world = World()
        outcome = await world.ask(pay())
        assert outcome.status is EndingStatus.DONE
        assert outcome.body()["payment_intent"] == "pi_1"
        assert world.stripe.effects == ["op-1"]
        (finished,) = world.told(Kind.OPERATION_FINISHED)
        assert (finished.call, finished.operation_id, finished.outcome) == ("pay", "op-1", "done")

    virtually(main())


def test_asking_again_replays_the_first_answer_without_asking_stripe() -> None:
    async def main() -> None:
        world = World()
        first = await world.ask(pay())
        again = await world.ask(pay())
        assert again == first
        assert len(world.stripe.requests) == 1

    virtually(main())


def test_fifty_at_once_are_one_execution() -> None:
    async def main() -> None:
        world = World()
        outcomes = await asyncio.gather(*(world.ask(pay()) for _ in range(50)))
        assert {outcome.status for outcome in outcomes} == {EndingStatus.DONE}
        assert len({str(outcome.body()) for outcome in outcomes}) == 1
        assert len(world.stripe.requests) == 1

    virtually(main())


def test_another_amount_under_the_same_id_is_refused() -> None:
    async def main() -> None:
        world = World()
        await world.ask(pay())
        other = await world.ask(pay(amount=1300))
        assert (other.status, other.http_status, other.code) == (EndingStatus.REFUSED, 422, "key_reused")
        assert len(world.stripe.requests) == 1

    virtually(main())


def test_a_lost_answer_is_retried_under_the_same_key_and_charged_once() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After(Lost()))
        outcome = await world.ask(pay())
        assert outcome.status is EndingStatus.DONE
        keys = {request.headers["Idempotency-Key"] for request in world.stripe.requests}
        assert (len(world.stripe.requests), len(keys), len(world.stripe.effects)) == (2, 1, 1)

    virtually(main())


def test_a_decline_is_a_refusal_and_stays_one() -> None:
    async def main() -> None:
        world = World()
        declined = pay(payment_method="pm_card_visa_chargeDeclined")
        first = await world.ask(declined)
        assert (first.status, first.http_status, first.code) == (EndingStatus.REFUSED, 402, "card_declined")
        assert await world.ask(declined) == first
        assert len(world.stripe.requests) == 1

    virtually(main())


def test_with_the_breaker_open_it_refuses_and_the_next_asking_starts_anew() -> None:
    async def main() -> None:
        world = World(config(**policies(stripe={"retry": {"max_retries": 0}, "breaker": {"minimum_calls": 2}})))
        world.stripe.always = NoConnection()
        for number in range(2):
            refused = await world.ask(pay(f"op-{number}"))
            assert (refused.status, refused.http_status) == (EndingStatus.REFUSED, 503)
        world.stripe.always = None
        refused = await world.ask(pay("op-9"))
        assert (refused.status, refused.http_status, refused.code) == (EndingStatus.REFUSED, 503, "breaker_open")
        assert refused.retry_after_s is not None
        await asyncio.sleep(30)
        assert (await world.ask(pay("op-9"))).status is EndingStatus.DONE
        assert world.stripe.effects == ["op-9"]

    virtually(main())


def test_an_outcome_that_stays_unknown_is_set_aside_and_a_redrive_settles_it() -> None:
    async def main() -> None:
        world = World()
        world.stripe.always = After(Lost())
        outcome = await world.ask(pay())
        assert (outcome.status, outcome.http_status) == (EndingStatus.ACCEPTED, 202)
        again = await world.ask(pay())
        assert (again.status, again.dead_letter_id) == (EndingStatus.ACCEPTED, outcome.dead_letter_id)
        world.stripe.always = None
        redriven = await world.app.dead_letters.redrive(outcome.dead_letter_id)
        assert redriven.outcome == "done"
        assert (await world.ask(pay())).status is EndingStatus.DONE
        assert world.stripe.effects == ["op-1"]
        keys = {request.headers["Idempotency-Key"] for request in world.stripe.sent("POST", "/v1/payment_intents")}
        assert len(keys) == 1

    virtually(main())


@pytest.mark.parametrize(("was_charged", "posts"), [(True, 1), (False, 2)])
def test_a_redrive_after_the_vendor_has_forgotten_its_keys_charges_once(was_charged: bool, posts: int) -> None:
    """Stripe keeps a key for a day, by its own clock: sent again after that, the same key takes the money again."""

    async def main() -> None:
        world = World(config(**policies(stripe={"retry": {"max_retries": 0}})))
        world.stripe.script.append(After(Lost()) if was_charged else Lost())
        letter_id = (await world.ask(pay())).dead_letter_id
        world.stripe.saved.clear()
        redriven = await world.app.dead_letters.redrive(letter_id)
        assert redriven.outcome == "done"
        assert '"payment_intent":"pi_1"' in redriven.detail
        assert world.stripe.effects == ["op-1"]
        assert len(world.stripe.sent("POST", "/v1/payment_intents")) == posts

    virtually(main())


def test_who_takes_over_from_a_dead_process_looks_first_too() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After())  # the charge is made; the answer never comes
        asking = world.loop.create_task(world.ask(pay()))
        await asyncio.sleep(1)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        world.stripe.saved.clear()
        assert (await world.ask(pay())).status is EndingStatus.DONE
        assert world.stripe.effects == ["op-1"]

    virtually(main())


def test_a_payment_that_cannot_be_looked_for_is_not_sent_again() -> None:
    async def main() -> None:
        world = World(config(**policies(stripe={"retry": {"max_retries": 0}})))
        world.stripe.script.append(After(Lost()))
        letter_id = (await world.ask(pay())).dead_letter_id
        world.stripe.saved.clear()
        world.stripe.script.append(reply(503, {}))
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "failed"
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "done"
        assert world.stripe.effects == ["op-1"]

    virtually(main())


def test_somebody_elses_payment_that_the_search_brings_up_is_not_taken_for_this_one() -> None:
    async def main() -> None:
        world = World(config(**policies(stripe={"retry": {"max_retries": 0}})))
        await world.ask(pay("op-0"))
        world.stripe.script.append(Lost())
        letter_id = (await world.ask(pay())).dead_letter_id
        world.stripe.script.append(reply(200, {"object": "search_result", "data": world.stripe.intents}))
        assert (await world.app.dead_letters.redrive(letter_id)).outcome == "done"
        assert world.stripe.effects == ["op-0", "op-1"]

    virtually(main())


def test_what_was_set_aside_stays_so_until_it_is_redriven() -> None:
    async def main() -> None:
        world = World()
        world.stripe.always = After(Lost())
        outcome = await world.ask(pay())
        world.stripe.always = None
        sent = len(world.stripe.requests)
        again = await world.ask(pay())
        assert (again.status, again.dead_letter_id) == (EndingStatus.ACCEPTED, outcome.dead_letter_id)
        assert len(world.stripe.requests) == sent

    virtually(main())


def test_a_decline_after_a_lost_answer_is_the_answer() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After(Lost()))
        outcome = await world.ask(pay(payment_method="pm_card_visa_chargeDeclined"))
        assert (outcome.status, outcome.http_status) == (EndingStatus.REFUSED, 402)

    virtually(main())


def test_a_saved_500_is_looked_up_for_its_charge_may_exist() -> None:
    async def main() -> None:
        world = World()
        world.stripe.save_next = reply(500, {"error": {"type": "api_error"}}, stripe_should_retry="false")
        outcome = await world.ask(pay())
        assert (outcome.status, outcome.body()["payment_intent"]) == (EndingStatus.DONE, "pi_1")
        assert world.stripe.effects == ["op-1"]

    virtually(main())


def test_after_a_crash_the_next_life_takes_over_when_the_lease_is_over() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After())  # the charge is made; the answer never comes
        first_life = world.loop.create_task(world.ask(pay()))
        await asyncio.sleep(1)
        assert world.stripe.effects == ["op-1"]
        # SIGKILL: the first life's claim stays as it is.
        reborn = World(stripe=world.stripe)
        reborn.claims = world.claims
        reborn.app = reborn.application()
        busy = await reborn.ask(pay())
        assert (busy.status, busy.http_status) == (EndingStatus.IN_PROGRESS, 409)
        first_life.cancel()
        await asyncio.sleep(20)
        assert (await reborn.ask(pay())).status is EndingStatus.DONE
        assert world.stripe.effects == ["op-1"]

    virtually(main())


def test_a_cancelled_asking_leaves_the_key_to_the_next_one() -> None:
    async def main() -> None:
        world = World()
        world.stripe.script.append(After())
        asking = world.loop.create_task(world.ask(pay()))
        await asyncio.sleep(0.5)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert (await world.ask(pay())).status is EndingStatus.DONE
        assert world.stripe.effects == ["op-1"]

    virtually(main())


def test_two_operators_redrive_once() -> None:
    async def main() -> None:
        world = World()
        world.stripe.always = After(Lost())
        letter_id = (await world.ask(pay())).dead_letter_id
        world.stripe.always = None
        sent = len(world.stripe.requests)
        both = await asyncio.gather(*(world.app.dead_letters.redrive(letter_id) for _ in range(2)))
        assert sorted(each.outcome for each in both) == ["busy", "done"]
        assert len(world.stripe.requests) == sent + 1
        assert (await world.app.dead_letters.count())[LetterState.REDRIVEN] == 1

    virtually(main())


def test_who_was_charged_is_not_told_refused_when_the_store_of_claims_is_away_as_he_asks_again() -> None:
    """His first answer got lost. That nothing is sent now says nothing of then."""

    async def main() -> None:
        world = World()
        assert (await world.ask(pay())).status is EndingStatus.DONE

        async def down(*_: object) -> None:
            raise StoreUnavailable("down")

        world.claims.begin = down  # type: ignore[method-assign, assignment]
        again = await world.ask(pay())
        assert (again.status, again.http_status, again.code) == (EndingStatus.UNKNOWN, 503, "claims_unavailable")
        assert len(world.stripe.effects) == 1

    virtually(main())
