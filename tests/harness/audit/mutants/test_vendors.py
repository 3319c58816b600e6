"""Known-bad clients: what they make of a vendor's answers, and what they send, against the vendors' simulators."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pytest

from brownout_core.compose import Replacements
from brownout_core.errors import BrownoutError
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.services.assistant import Prompt
from brownout_core.telemetry import Kind
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.harness.audit.mutants.demo import Demo, shown
from tests.harness.audit.mutants.probes import (
    ENVELOPES,
    INTENTS,
    LOST,
    ORDERS,
    Rule,
    answered,
    counted,
    each,
    in_world,
    once,
)
from tests.harness.audit.mutants.world import World
from tests.support.pipelines import now_s
from tests.support.wire import send

DAY_S: Final = 25 * 3600.0


# -- classification ---------------------------------------------------------------------------------------------------


@in_world("pay")
async def whether_a_good_card_is_taken_after_declines(world: World) -> str:
    for number in range(15):
        await world.ask("pay", f"stolen-{number}", payment_method="pm_card_visa_chargeDeclined")
    return str((await world.ask("pay", "good"))[1]["status"])


@in_world(
    "sign_contract",
    rules={"docusign": [each("POST */envelopes", throttle={"rate_per_s": 0.001, "burst": 1, "retry_after_s": 1})]},
)
async def whether_a_limit_opens_the_breaker(world: World) -> bool:
    await world.ask_several("sign_contract", 12)
    return any(event.kind is Kind.BREAKER_TRANSITION for event in world.events)


@in_world("plan_visits")
async def whether_anything_is_left_of_a_refused_batch(world: World) -> int:
    assert (await world.ask("plan_visits", second_item="NO-SUCH-ITEM"))[1]["status"] == "refused"
    return world.effects("erp.work_order") - world.effects("erp.work_order_cancellation")


@in_world("use_credentials")
async def how_many_users_two_askings_come_to(world: World) -> int:
    for operation_id in ("op-1", "op-2"):
        assert (await world.ask("use_credentials", operation_id))[1]["status"] == "done"
    return world.effects("vault.db_user_created")


HTML = {"body": "html"}
GIVEN_BACK_AND_LOST: Final = each("POST /v1/refunds", window={"start_s": 0.0, "end_s": 60.0}, drop_after_effect={})
WITHHELD = {"when": {"says": "kettle"}, "block": "content_filter"}


@in_world("assist", setup={"openai": {"answers": [WITHHELD]}})
async def asked_of_the_next_model(world: World) -> int:
    await world.ask("assist", text="How do I boil a kettle?")
    return world.requests("gemini")


# -- retry, timeouts --------------------------------------------------------------------------------------------------


@in_world(
    "pay", rules={"stripe": [once("POST *", respond={"status": 503, "retry_after_s": 4.0, "retry_after_form": "date"})]}
)
async def whether_a_date_is_waited_for(world: World) -> bool:
    await world.ask("pay")
    return now_s() > 2.5


@in_world(
    "pay",
    rules={
        "stripe": [
            once("POST *", respond={"status": 503, "retry_after_s": 3.0, "retry_after_form": "date"}),
            each("*", clock_skew={"by_s": 60.0}),
        ]
    },
)
async def whether_a_date_of_another_clock_is_waited_for(world: World) -> str:
    return str((await world.ask("pay"))[1]["status"])


LONG = {"timeout": {"attempt_s": 10.0, "deadline_s": 10.0}}


@in_world("assist", rules={"openai": [each("POST *", hang={})]}, policies={"vendors": {"openai": LONG, "gemini": LONG}})
async def who_answers_for_the_one_that_hangs(world: World) -> str:
    return str((await world.ask("assist"))[1].get("by"))


@in_world("pay", rules={"stripe": [each("POST *", hang={})]})
async def calls_open_after_half_a_minute(world: World) -> bool:
    """Whether any is, though its attempt's time is five seconds."""
    await world.ask("pay")
    await asyncio.sleep(0.5)
    return world.simulators["stripe"].under_way > 0


async def how_long_silence_is_borne(put: Replacements) -> bool:
    """Whether it is for a minute."""
    flow: Any = World(put, "assist").gateways[0]._application.flows["assist"]
    return bool(flow.idle_s > 60.0)


# -- what is in doubt -------------------------------------------------------------------------------------------------


@in_world("pay")
async def charges_after_the_store_was_emptied(world: World) -> int:
    await world.ask("pay")
    world.claims._records.clear()
    await world.ask("pay")
    return world.effects("stripe.charge")


def until(match: str, end_s: float, **fault: Any) -> Rule:
    return {"match": match, "window": {"start_s": 0.0, "end_s": end_s}, **fault}


@in_world("pay", rules={"stripe": [until("POST *", 30.0, **LOST)]})
async def charges_a_day_later(world: World) -> int:
    """Its answers were lost; a day later Stripe has forgotten the key."""
    await world.ask("pay")
    await asyncio.sleep(60.0)
    world.simulators["stripe"].advance(DAY_S)
    await world.redrive()
    return world.effects("stripe.charge")


@in_world(
    "pay",
    rules={
        "stripe": [
            until("POST *", 20.0, drop_before_effect={"ending": "reset"}),
            {"match": "POST *", "window": {"start_s": 30.0, "end_s": 90.0}, **LOST},
        ]
    },
)
async def charges_two_days_later(world: World) -> int:
    """It was not there at the first look, and it is at the second."""
    await world.ask("pay")
    for _ in range(2):
        await asyncio.sleep(60.0)
        world.simulators["stripe"].advance(DAY_S)
        await world.redrive()
    return world.effects("stripe.charge")


async def tokens_after_being_limited(put: Replacements) -> int:
    limiter = put.limiter("stripe", LimiterConfig(capacity=10, refill_per_s=1.0, max_wait_s=0.0))

    async def limited(_request: Request) -> Response:
        return Response(429, {"stripe-rate-limited-reason": "global-rate"}, b"")

    await send(put.transport("stripe", MemoryTransport(limited)), Request("POST", "http://stripe.test/"))
    count = 0
    for _ in range(10):
        with suppress(BrownoutError):
            count += limiter.reserve(0.0, 0.0) == 0.0
    return count


# -- adapters ---------------------------------------------------------------------------------------------------------


@in_world("pay")
async def payments_told_to_two_customers(world: World) -> int:
    answers = await world.ask_several("pay", 2)
    return len({answer["payment_intent"] for _, answer in answers})


@in_world("publish_site")
async def what_comes_first(world: World) -> list[str]:
    await world.ask("publish_site")
    return [row.route for row in world.rows("cloudflare") if row.entry == "effect"]


@in_world("assist", rules={"openai": [each("POST *", end_stream={"keep": 0.5})]})
async def how_half_a_stream_ends(world: World) -> str:
    try:
        async with world.client("openai").stream(Prompt.of("Say something."), operation_id="op-1") as pieces:
            async for _ in pieces:
                pass
    except BrownoutError as error:
        return type(error).__name__
    return "whole"


EMPTY = '{"candidates": [], "usageMetadata": {"promptTokenCount": 1, "totalTokenCount": 1}, "modelVersion": "gemini"}'


@in_world("assist", rules={"gemini": [each("POST *", respond={"status": 200, "body": "json", "content": EMPTY})]})
async def what_an_empty_answer_is(world: World) -> str:
    try:
        completion = await world.client("gemini").chat(Prompt.of("Say something."), operation_id="op-1")
    except BrownoutError as error:
        return type(error).__name__
    return repr(completion.text)


@in_world("save_job")
async def rows_that_are_read(world: World) -> int:
    await world.ask("save_job")
    return len((await world.client("supabase").admin.select("jobs", operation_id="op-1")).rows)


@in_world("run_job", rules={"supabase": [each("GET /realtime/*", break_session={"after_s": 3.0, "ending": "hang"})]})
async def jobs_done_that_nobody_was_told_of(world: World) -> int:
    await asyncio.sleep(5.0)
    await world.ask("run_job")
    await asyncio.sleep(60.0)
    return world.effects("supabase.row_updated")


@in_world("send_receipt", setup={"resend": {"bounce_share": 1.0}}, rules={"resend": [until("POST *", 30.0, **LOST)]})
async def mails_to_a_dead_address(world: World) -> int:
    await world.ask("send_receipt")
    await asyncio.sleep(60.0)
    world.simulators["resend"].advance(DAY_S)
    await world.redrive()
    return world.effects("resend.email")


@in_world("save_job")
async def what_a_job_costs(world: World) -> float:
    await world.ask("save_job", amount=1240)
    (row,) = world.held("supabase.row", "row")
    return float(row["amount"])


@in_world("plan_visits")
async def days_of_two_visits(world: World) -> int:
    await world.ask("plan_visits")
    return len(set(world.held("erp.work_order", "planned_start")))


MANY = {"vendors": {"openai": {"limiter": {"capacity": 200, "refill_per_s": 50.0}}}}


@in_world("put_notice")
async def what_visitors_are_told_the_next_day(world: World) -> str:
    await world.ask("put_notice", host="shop.site.test", for_s=60)
    await asyncio.sleep(DAY_S)
    try:
        await world.client("cloudflare").get("notice/shop.site.test", operation_id="")
    except BrownoutError as error:
        return type(error).__name__
    return "a notice"


@in_world("send_code", "check_code")
async def what_a_guess_comes_to(world: World) -> str:
    await world.ask("send_code", to="+12125550100")
    return str((await world.ask("check_code", to="+12125550100", code="999999"))[1]["status"])


@in_world("join_team")
async def users_of_two_who_join(world: World) -> int:
    users = [(await world.ask("join_team", operation_id))[1]["user"] for operation_id in ("op-1", "op-2")]
    return len(set(users))


@in_world("index_document")
async def whether_two_ends_are_told_apart(world: World) -> bool:
    passages = [f"{'The same words, and again the same words.' * 2} {end}" for end in ("On.", "Off.")]
    first, second = (await world.ask("index_document", passages=passages))[1]["vectors"]
    return bool(first != second)


DEMOS: Mapping[str, Demo] = {
    "counts-declines": Demo(whether_a_good_card_is_taken_after_declines, "done", "refused"),
    "counts-throttling": Demo(whether_a_limit_opens_the_breaker, False, True),
    "asks-without-money": Demo(
        counted(
            "openai POST *", "assist", each("POST *", respond={"error": "credit_balance_exhausted"}), policies=MANY
        ),
        1,
        4,
    ),
    "takes-a-lag-for-a-no": Demo(
        answered("status", "save_job", "supabase", once("POST *", respond={"error": "PGRST205"})), "done", "refused"
    ),
    "takes-a-limit-for-a-mistake": Demo(
        answered(
            "status",
            "sign_contract",
            "docusign",
            once(ENVELOPES, respond={"error": "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"}),
            setup={"docusign": {"limit_status": 400}},
        ),
        "accepted",
        "refused",
    ),
    "takes-a-lock-for-a-no": Demo(
        answered(
            "status", "reserve_stock", "erp", once("POST */workOrders", respond={"error": "Application_LockTimeout"})
        ),
        "done",
        "refused",
    ),
    "leaves-half-a-batch": Demo(whether_anything_is_left_of_a_refused_batch, 0, 1),
    "lends-for-each": Demo(how_many_users_two_askings_come_to, 1, 2),
    "names-files-anew": Demo(
        counted(
            "supabase.object",
            "keep_file",
            once("POST /storage/v1/object/*", **LOST),
            setup={"supabase": {"storage": {"buckets": {"attachments": {}}}}},
        ),
        1,
        2,
    ),
    "begins-lost-jobs-anew": Demo(
        counted("erp.work_order", "plan_work", setup={"erp": {"jobs": {"lost": 1}}}, redriven=[60.0]), 1, 10
    ),
    "believes-the-edge": Demo(
        counted(
            "twilio.message",
            "notify",
            once("POST *", fail_after_effect={"status": 502, "commits_in": {"fixed_s": 2.0}}),
            redriven=[60.0],
        ),
        1,
        2,
    ),
    "believes-the-status": Demo(
        counted("cloudflare.purge", "publish_site", once("POST */purge_cache", respond={"error": "ok_success_false"})),
        1,
        0,
    ),
    "believes-every-shape": Demo(
        answered("currency", "pay", "stripe", once(INTENTS, break_schema={"fields": ["currency"], "into": ["number"]})),
        "usd",
        len('"usd"'),
    ),
    "takes-any-row": Demo(
        answered(
            "job_state", "save_job", "supabase", once("POST *", break_schema={"fields": ["*.status"], "into": ["none"]})
        ),
        "queued",
        None,
    ),
    "passes-over-broken-rows": Demo(
        counted(
            "stripe.refund",
            "trade_in",
            GIVEN_BACK_AND_LOST,
            once("GET /v1/refunds", break_schema={"fields": ["data.0.id"], "into": ["none"]}),
            redriven=(DAY_S,),
        ),
        1,
        2,
    ),
    "asks-until-somebody-says-it": Demo(asked_of_the_next_model, 0, 1),
    "waits-for-a-quota": Demo(
        counted("resend POST *", "send_receipt", each("POST *", respond={"error": "daily_quota_exceeded"})), 1, 4
    ),
    "trusts-unreadable-answers": Demo(
        answered("status", "pay", "stripe", each("POST *", respond={"status": 200, **HTML})), "accepted", "done"
    ),
    "reads-errors-as-text": Demo(counted(f"stripe {INTENTS}", "pay", once("POST *", **LOST)), 2, 1),
    "takes-408-for-a-no": Demo(
        answered("status", "pay", "stripe", once("POST *", respond={"status": 408, **HTML})), "done", "refused"
    ),
    "retries-501": Demo(counted(f"stripe {INTENTS}", "pay", each("POST *", respond={"status": 501, **HTML})), 1, 4),
    "reads-no-dates": Demo(whether_a_date_is_waited_for, True, False),
    "dates-by-its-own-clock": Demo(whether_a_date_of_another_clock_is_waited_for, "done", "accepted"),
    "resends-by-itself": Demo(
        answered("status", "publish_site", "cloudflare", once("POST */dns_records", **LOST)), "done", "refused"
    ),
    "gives-the-first-all-the-time": Demo(who_answers_for_the_one_that_hangs, "gemini", "offline"),
    "waits-for-silence": Demo(how_long_silence_is_borne, False, True),
    "leaves-attempts-running": Demo(calls_open_after_half_a_minute, False, True),
    "keeps-keys-in-the-store": Demo(charges_after_the_store_was_emptied, 1, 2),
    "trusts-the-key": Demo(charges_a_day_later, 1, 2),
    "believes-an-old-look": Demo(charges_two_days_later, 1, 2),
    "slows-down-for-good": Demo(tokens_after_being_limited, 10, 5),
    "shares-an-answer": Demo(payments_told_to_two_customers, 2, 1),
    "inserts-anew": Demo(counted("supabase.row", "save_job", once("POST *", **LOST)), 1, 2),
    "sends-without-looking": Demo(
        counted("docusign.envelope", "sign_contract", once(ENVELOPES, **LOST), redriven=[60.0]), 1, 2
    ),
    "believes-an-empty-list": Demo(
        counted(
            "docusign.envelope",
            "sign_contract",
            once(ENVELOPES, **LOST),
            each("GET *", read_after_write_lag={"lag_s": 20.0}),
            redriven=[5.0, 60.0],
        ),
        1,
        2,
    ),
    "makes-anew": Demo(
        counted("erp.work_order", "reserve_stock", once("POST */workOrders", **LOST), redriven=[60.0]), 1, 2
    ),
    "embeds-only-beginnings": Demo(whether_two_ends_are_told_apart, True, False),
    "keeps-notices-for-ever": Demo(what_visitors_are_told_the_next_day, "VendorRefused", "a notice"),
    "keeps-cents-as-whole": Demo(what_a_job_costs, 12.4, 1240),
    "plans-both-at-once": Demo(days_of_two_visits, 2, 1),
    "believes-every-code": Demo(what_a_guess_comes_to, "refused", "done"),
    "reads-no-bits": Demo(
        answered("status", "sign_in", "clerk", params={"token": "reader", "needs": "org:jobs:write"}), "refused", "done"
    ),
    "takes-the-newest-user": Demo(users_of_two_who_join, 2, 1),
    "gives-back-again": Demo(counted("stripe.refund", "trade_in", GIVEN_BACK_AND_LOST, redriven=(DAY_S,)), 1, 2),
    "mails-anew": Demo(counted("resend.email", "send_receipt", once("POST *", **LOST)), 1, 2),
    "numbers-orders-anew": Demo(counted("sales.order", "place_order", once(ORDERS, **LOST)), 1, 2),
    "rotates-again": Demo(
        counted("vault.secret_written", "rotate_secret", once("POST /v1/secret/data/*", **LOST)), 1, 2
    ),
    "purges-too-soon": Demo(
        what_comes_first,
        ["cloudflare.dns_record", "cloudflare.purge"],
        ["cloudflare.purge", "cloudflare.dns_record"],
    ),
    "takes-half-an-answer": Demo(how_half_a_stream_ends, "ResponseBroken", "whole"),
    "takes-emptiness-for-an-answer": Demo(what_an_empty_answer_is, "AnswerEmpty", "''"),
    "reads-no-gaps": Demo(rows_that_are_read, 1, 0),
    "takes-silence-for-peace": Demo(jobs_done_that_nobody_was_told_of, 1, 0),
    "writes-to-the-bounced": Demo(mails_to_a_dead_address, 1, 2),
    "keeps-what-it-reserved": Demo(
        counted(
            "erp *Fsm.release",
            "reserve_stock",
            each("POST */workOrders", respond={"error": "Application_DialogException"}),
        ),
        1,
        0,
    ),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
