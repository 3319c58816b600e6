"""A whole run of an application of somebody else's in virtual time: it is reached, judged, closed in, and gone."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.guard import GUARD
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.rows import DeliveryRow, LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from tests.harness.virtual.foreign.shops import LOSING, ran, shop_with, verdict, written

AGAIN_UNDER_ANOTHER_KEY = """
    status = await pay(order, lambda: uuid.uuid4().hex)
    return status, {}
"""


def test_a_shop_that_keeps_its_key_passes_though_answers_are_lost(tmp_path: Path) -> None:
    inputs = ran(tmp_path, more=LOSING)
    assert inputs.gaps == ()
    told = [(row.operation_id, row.status, row.outcome) for row in inputs.tables.of(OperationRow)]
    charges = [row for row in inputs.tables.of(LedgerRow) if row.entry == "effect"]
    assert len(charges) == len({row.operation_id for row in charges}) == 40, (told, inputs.notes)
    assert inputs.fault_counts["only.0"].struck > 5


@pytest.mark.thorough
def test_a_shop_that_makes_a_key_for_each_try_fails(tmp_path: Path) -> None:
    judgement = verdict(tmp_path, shop_with(AGAIN_UNDER_ANOTHER_KEY), more=LOSING)
    assert judgement.status is Status.FAILED
    assert judgement.results[0].status is Status.FAILED


def test_a_shop_that_asks_nobody_and_says_done_does_not_pass(tmp_path: Path) -> None:
    assert verdict(tmp_path, shop_with("return 200, {}")).status is Status.FAILED


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("await asyncio.to_thread(time.sleep, 1)", "sleeps on the wall clock"),
        ("await asyncio.to_thread(httpx.get, 'http://127.0.0.1:9', trust_env=False)", "looks up a real host"),
        ("await asyncio.to_thread(threading.Event().wait)", "waits for another thread"),
        ("threading.Thread(target=print).start()", "starts a thread"),
        ("time.sleep(1)", "sleeps on the wall clock"),
        ("subprocess.run(['true'])", "starts a process"),
        ("await asyncio.create_subprocess_exec('true')", "starts a process"),
        ("httpx.Client(trust_env=False).get('http://127.0.0.1:9')", "looks up a real host"),
        ("await httpx.AsyncClient(trust_env=False).get('http://api.nowhere.example')", "api.nowhere.example:80"),
        ("await asyncio.open_connection('localhost', 5432)", "there is no PostgreSQL"),
        ("await httpx.AsyncClient(trust_env=False).get('https://stripe.localhost')", "without TLS"),
        ("open('kept.txt', 'w')", "writes a file"),
    ],
)
def test_what_leaves_virtual_time_is_no_pass_though_the_shop_swallows_it(tmp_path: Path, deed: str, said: str) -> None:
    swallowing = f"""
    if order["order_id"].startswith("checkout-000003"):
        try:
            {deed}
        except Exception:
            pass
    return await pay(order, lambda: order["order_id"]), {{}}
    """
    judgement = verdict(tmp_path, shop_with(swallowing))
    assert judgement.status is Status.INCONCLUSIVE
    [reason] = [each for each in judgement.reasons if said in each]
    assert "shop.py:" in reason
    assert "\n" not in reason


@pytest.mark.thorough
def test_a_library_that_could_not_be_imported_is_no_pass_though_the_shop_swallows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    (installed / "settling_in.py").write_text("import subprocess\nsubprocess.run(['true'])\n", encoding="utf-8")
    monkeypatch.syspath_prepend(installed)
    swallowing = """
    try:
        import settling_in
    except Exception:
        pass
    return await pay(order, lambda: order["order_id"]), {}
    """
    judgement = verdict(tmp_path, shop_with(swallowing))
    assert judgement.status is Status.INCONCLUSIVE
    [reason] = judgement.reasons
    assert "settling_in.py:2) starts a process" in reason


OVER_AIOHTTP = """
    form = {"amount": order["amount"], "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true",
            "automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never",
            "metadata[order_id]": order["order_id"]}
    keys = {"Idempotency-Key": order["order_id"], "Authorization": "Bearer " + os.environ["STRIPE_API_KEY"]}
    for _ in range(6):
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(2)) as session:
                async with session.post(os.environ["STRIPE_API_BASE"] + "/v1/payment_intents", data=form,
                                        headers=keys) as answer:
                    await answer.read()
                    return answer.status, {}
        except (aiohttp.ClientError, TimeoutError):
            pass
    return 502, {}
"""


@pytest.mark.thorough
def test_a_shop_on_aiohttp_reaches_the_same_simulators(tmp_path: Path) -> None:
    inputs = ran(tmp_path, shop_with(OVER_AIOHTTP, beside="import aiohttp"), more=LOSING)
    charges = [row.operation_id for row in inputs.tables.of(LedgerRow) if row.entry == "effect"]
    assert len(charges) == len(set(charges)) == 40
    assert inputs.gaps == ()


def test_clocks_chance_and_sleep_are_the_runs_own(tmp_path: Path) -> None:
    telling = """
    began = time.monotonic()
    await asyncio.sleep(0.25)
    WORDS.append([round(time.monotonic() - began, 6), datetime.datetime.now(datetime.UTC).year, random.random(),
                  str(uuid.uuid4()), os.urandom(4).hex()])
    return 409, {"error": {"code": json.dumps(WORDS[-1])}}
    """
    shop = shop_with(telling)
    one, two = (ran(folder, shop) for folder in folders(tmp_path))
    said = [row.detail for row in one.tables.of(OperationRow)]
    assert len(set(said)) == 40
    assert all(each.startswith("[0.25, 2026, ") for each in said)
    assert said == [row.detail for row in two.tables.of(OperationRow)]


def folders(path: Path) -> list[Path]:
    made = [path / name for name in ("one", "two")]
    for each in made:
        each.mkdir()
    return made


KILL = "actions: [{kill: target, at: 2.05s, for: 500ms}]"


@pytest.mark.thorough
def test_a_kill_runs_no_finally_and_the_next_life_knows_nothing_of_the_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lasting = """
    WORDS.append(order["order_id"])
    try:
        await asyncio.sleep(1)
        return 409, {"error": {"code": f"had {len(WORDS)}"}}
    finally:
        print("finally", order["order_id"])
        await pay(order, lambda: order["order_id"])
    """
    inputs = ran(tmp_path, shop_with(lasting), more=KILL)
    rows = {row.operation_id: row for row in inputs.tables.of(OperationRow)}
    cut = {name for name, row in rows.items() if row.detail == "connection_lost"}
    refused = {name for name, row in rows.items() if row.detail == "connection_refused"}
    charged = {row.operation_id for row in inputs.tables.of(LedgerRow) if row.entry == "effect"}
    assert (len(cut), len(refused)) == (10, 5)
    assert not charged & cut
    assert charged == rows.keys() - cut - refused
    late = [row for row in rows.values() if row.intended_s > 2.5 and row.detail.startswith("had")]
    assert max(int(row.detail.split()[1]) for row in late) == len(late) == 14
    assert not set(capsys.readouterr().out.split()) & cut
    assert inputs.gaps == ()


@pytest.mark.thorough
def test_what_was_sent_before_a_kill_has_happened(tmp_path: Path) -> None:
    latency = "faults: [{vendor: stripe, latency: {fixed: 1s}}]"
    inputs = ran(tmp_path, more=f"{KILL}\n{latency}")
    charged = {row.operation_id for row in inputs.tables.of(LedgerRow) if row.entry == "effect"}
    cut = {row.operation_id for row in inputs.tables.of(OperationRow) if row.detail == "connection_lost"}
    assert len(cut) == 10
    assert len(charged & cut) == 10


@pytest.mark.thorough
def test_a_shop_that_is_paused_answers_late_and_all(tmp_path: Path) -> None:
    inputs = ran(tmp_path, more="actions: [{pause: target, at: 1.05s, for: 1s}]")
    late = [row.finished_s - row.intended_s for row in inputs.tables.of(OperationRow)]
    assert sum(each > 0.5 for each in late) == 5
    assert all(row.outcome == "done" for row in inputs.tables.of(OperationRow))


@pytest.mark.thorough
def test_a_shop_that_is_told_to_stop_finishes_what_is_open(tmp_path: Path) -> None:
    lasting = """
    await asyncio.sleep(0.7)
    return await pay(order, lambda: order["order_id"]), {}
    """
    inputs = ran(tmp_path, shop_with(lasting), more="actions: [{stop: target, at: 1s}, {start: target, at: 2s}]")
    [ending] = inputs.endings
    assert not ending.was_killed
    assert ending.ended_s is not None
    assert 0.6 < ending.ended_s - ending.asked_s < 0.8


def test_what_goes_on_behind_an_answer_is_waited_for_and_else_told(tmp_path: Path) -> None:
    promising = """
    async def later():
        for _ in range(10_000):
            await asyncio.sleep(1)
    WORDS.append(asyncio.ensure_future(later()))
    return await pay(order, lambda: order["order_id"]), {}
    """
    inputs = ran(tmp_path, shop_with(promising))
    assert [gap.kind for gap in inputs.gaps] == ["drain_not_finished"]


@pytest.mark.thorough
def test_a_task_that_waits_for_nothing_that_could_come_is_at_rest(tmp_path: Path) -> None:
    idle = """
    WORDS.append(asyncio.ensure_future(asyncio.Queue().get()))
    return await pay(order, lambda: order["order_id"]), {}
    """
    assert ran(tmp_path, shop_with(idle)).gaps == ()


IN_REDIS = """
    from redis.asyncio import Redis
    async with Redis.from_url(os.environ["REDIS"]) as store:
        if not await store.set(order["order_id"], "mine", nx=True, ex=60):
            return 409, {}
        count = await store.incr("orders")
    return 409, {"error": {"code": f"order {count}"}}
"""


@pytest.mark.thorough
def test_what_is_in_redis_survives_a_kill(tmp_path: Path) -> None:
    path = written(tmp_path, shop_with(IN_REDIS), more=KILL)
    path.write_text(path.read_text().replace("ready: /health", 'ready: /health, env: {REDIS: "{{redis.url}}"}'))
    inputs = run_virtual(checked_scenario(str(path), "virtual", None))
    counted = [row.detail for row in inputs.tables.of(OperationRow) if row.detail.startswith("order ")]
    assert counted == [f"order {number}" for number in range(1, len(counted) + 1)]
    assert len(counted) == 35
    assert inputs.gaps == ()


HANGING_ON = """status, told = await checkout(order)
    while scope["path"] == "/checkout" and (await receive())["type"] != "http.disconnect":
        pass
    if scope["path"] == "/checkout":
        await pay(order, lambda: order["order_id"])
        return"""


@pytest.mark.thorough
def test_who_hangs_up_is_noticed_by_an_application_that_listens(tmp_path: Path) -> None:
    shop = shop_with("return 200, {}").replace("status, told = await checkout(order)", HANGING_ON)
    path = written(tmp_path, shop)
    path.write_text(path.read_text().replace("answer_within: 30s", "answer_within: 1s"))
    inputs = run_virtual(checked_scenario(str(path), "virtual", None))
    assert {row.detail for row in inputs.tables.of(OperationRow)} == {"timeout"}
    asked_s = {row.operation_id: row.intended_s for row in inputs.tables.of(OperationRow)}
    charges = [row for row in inputs.tables.of(LedgerRow) if row.entry == "effect"]
    assert len(charges) == 40
    assert all(1.0 < row.at_s - asked_s[row.operation_id] < 1.1 for row in charges)


@pytest.mark.thorough
def test_what_a_vendor_tells_comes_by_the_same_door(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().replace("correlate:", "notices: {stripe: {to: /hooks}}\ncorrelate:"))
    inputs = run_virtual(checked_scenario(str(path), "virtual", None))
    told = list(inputs.tables.of(DeliveryRow))
    assert len(told) >= 40
    assert {row.status for row in told} == {200}
    assert inputs.gaps == ()


@pytest.mark.thorough
def test_an_error_that_the_shop_leaves_to_nobody_is_its_own(tmp_path: Path) -> None:
    careless = """
    async def breaks():
        raise LookupError("no such order")
    asyncio.ensure_future(breaks())
    return await pay(order, lambda: order["order_id"]), {}
    """
    inputs = ran(tmp_path, shop_with(careless))
    assert inputs.gaps == ()
    assert inputs.notes == ("the target left an error to nobody 40 times: LookupError: no such order",)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("beside", "error", "said"),
    [
        ("import nothing_of_that_name", BadInput, "shop:app cannot be imported: ModuleNotFoundError"),
        ("time.sleep(1)", BadInput, "sleeps on the wall clock"),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_line(
    tmp_path: Path, beside: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ran(tmp_path, shop_with(beside=beside))


@pytest.mark.thorough
def test_what_never_becomes_ready_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(NotJudged, match="GET /health answered 500"):
        ran(tmp_path, shop_with().replace('status, told = 200, {"words": WORDS}', "status, told = 500, {}"))


def test_a_run_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    before = dict(os.environ), Path.cwd(), list(sys.path), GUARD.root
    ran(tmp_path)
    assert (dict(os.environ), Path.cwd(), list(sys.path), GUARD.root) == before
    assert "shop" not in sys.modules


TELL = """
import sys
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
inputs = run_virtual(checked_scenario(sys.argv[1], "virtual", None))
for kind in (LedgerRow, OperationRow):
    for row in inputs.tables.of(kind):
        print(row)
"""


@pytest.mark.real
@pytest.mark.thorough
def test_the_same_seed_gives_the_same_ledger_whatever_the_hash_seed(tmp_path: Path) -> None:
    path = written(tmp_path, shop_with(AGAIN_UNDER_ANOTHER_KEY), more=f"{LOSING}\n{KILL}")
    told = [
        subprocess.run(
            [sys.executable, "-c", TELL, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0].count(b"LedgerRow") > 40
    assert told[0] == told[1]


TAKEN_ON = """
    async def later():
        await asyncio.sleep(3)
        STATES[order["order_id"]] = "paid" if await pay(order, lambda: order["order_id"]) == 200 else "void"
    STATES[order["order_id"]] = "open"
    WORDS.append(asyncio.ensure_future(later()))
    return 202, {"id": order["order_id"]}
"""
FOLLOWED = """leaves: [stripe.charge]
      accepted: 202
      until: {get: '/state/{{answer.id}}', at: body.state, done: [paid], within: 20s}"""


@pytest.mark.thorough
@pytest.mark.parametrize("is_killed", [False, True])
def test_what_is_taken_on_is_followed_and_what_a_kill_loses_is_told(tmp_path: Path, is_killed: bool) -> None:
    shop = (
        shop_with(TAKEN_ON, beside="STATES = {}")
        .replace(
            'status, told = 200, {"words": WORDS}',
            'status, told = 200, {"state": STATES.get(scope["path"].removeprefix("/state/"), "gone")}',
        )
        .replace("json.dumps(told)", "json.dumps(told, default=str)")
    )
    path = written(tmp_path, shop, more=KILL if is_killed else "")
    path.write_text(path.read_text().replace("leaves: [stripe.charge]", FOLLOWED) + "  - finished_later: {}\n")
    scenario = checked_scenario(str(path), "virtual", None)
    inputs = run_virtual(scenario)
    rows = list(inputs.tables.of(OperationRow))
    ended = Counter(row.outcome for row in rows)
    if not is_killed:
        assert ended == {Outcome.DONE: 40}
        assert all('"open", "accepted"' in row.states and row.states.count('"paid"') == 2 for row in rows)
        assert judged(scenario, inputs).status is Status.PASSED
    else:
        assert ended[Outcome.ACCEPTED] > 5
        assert judged(scenario, inputs).status is Status.FAILED
