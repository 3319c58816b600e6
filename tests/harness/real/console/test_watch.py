"""Looks at the simulators."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from brownout_harness.real.console import watch as watching
from brownout_harness.real.console.asking import Simulated
from brownout_harness.real.console.watch import Watch
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


def over(street: Street, **more: Any) -> Watch:
    return turned_to(street.simulated, wall_s=1000.0, **more)


def turned_to(simulated: Sequence[Simulated], **more: Any) -> Watch:
    watch = Watch(**more)
    watch.turn_to(simulated)
    return watch


def routes(watch: Watch) -> list[str]:
    update = watch.wait(-1, 0, 9999, 0.0)
    assert update is not None
    return [str(row.get("route", row["entry"])) for row in update.rows.items]


def test_a_look_tells_how_each_vendor_is_and_what_it_has_written_since(street: Street) -> None:
    watch = over(street)
    street.pay("op-1")
    watch.look()
    payments, mails = watch.state()
    assert (payments["vendor"], payments["is_up"], payments["rate_per_s"]) == ("stripe", True, 0.1)
    assert (mails["rows"], mails["p50_s"]) == (0, None)
    assert routes(watch) == ["stripe.charge", "POST /v1/payment_intents"]
    rows, may_miss = watch.rows_of("op-1")
    assert ([row["seq"] for row in rows], may_miss) == ([0, 1], False)
    assert rows[0]["at"] > 1000.0


def test_faults_are_told_with_how_often_they_struck(street: Street) -> None:
    watch = over(street)
    one = street.at(street.payments)
    one.ask("POST", "faults", body={"id": "a", "match": "GET /v1/charges", "respond": {"status": 503}})
    watch.look()
    (fault,) = watch.state()[0]["faults"]
    assert (fault["id"], fault["respond"], fault["struck"]) == ("a", {"status": 503}, 0)
    one.ask("PUT", "faults", "a", body={"hang": {}})
    watch.look()
    assert "hang" in watch.state()[0]["faults"][0]


def test_a_simulator_that_does_not_answer_is_said_to_and_holds_up_no_other(street: Street) -> None:
    watch = turned_to([Simulated("gone", "http://127.0.0.1:9"), *street.simulated], wall_s=0.0)
    watch.look()
    gone, payments, _ = watch.state()
    assert (gone["is_up"], "does not answer" in gone["why"], payments["is_up"]) == (False, True, True)


def test_after_a_reset_rows_begin_anew_and_the_page_is_told(street: Street) -> None:
    watch = over(street)
    street.pay()
    watch.look()
    street.at(street.payments).ask("POST", "reset", body={})
    street.pay()
    street.pay()
    watch.look()
    assert (
        routes(watch)
        == ["stripe.charge", "POST /v1/payment_intents", "reset"]
        + [
            "stripe.charge",
            "POST /v1/payment_intents",
        ]
        * 2
    )


def test_what_is_written_faster_than_it_is_read_is_passed_over_and_counted(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PAGE_ROWS", 1)
    watch = over(street)
    watch.look()
    for _ in range(4):
        street.pay("op-1")
    watch.look()
    assert watch.state()[0]["passed_over"] == 5
    assert len(routes(watch)) == 3
    assert watch.rows_of("op-1")[1] is True


def test_of_a_ledger_that_was_there_before_the_newest_are_shown(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIRST_ROWS", 2)
    street.pay()
    street.pay("op-2")
    watch = over(street)
    watch.look()
    rows, _ = watch.rows_of("op-2")
    assert [row["seq"] for row in rows] == [2, 3]


def test_who_waits_is_woken_by_what_is_new_and_by_the_end(street: Street) -> None:
    watch = over(street)
    watch.look()
    seen = watch.wait(-1, 0, 10, 0.0)
    assert seen is not None
    assert watch.wait(seen.version, seen.rows.next, 10, 0.0) is None
    woken: list[object] = []
    waiter = threading.Thread(target=lambda: woken.append(watch.wait(seen.version, seen.rows.next, 10, 60.0)))
    waiter.start()
    watch.end()
    waiter.join(10)
    assert (woken, watch.is_over) == ([None], True)


def test_nobody_is_looked_at_while_nobody_looks(street: Street) -> None:
    asked = threading.Event()

    class Counting(Simulated):
        def ask(self, method: str, *path: str, query: str = "", body: Any = None) -> Any:
            asked.set()
            return super().ask(method, *path, query=query, body=body)

    watch = turned_to([Counting("stripe", street.payments.url)], wall_s=0.0)
    runner = threading.Thread(target=watch.run)
    runner.start()
    try:
        watch.hurry()
        assert not asked.wait(0.2)
        with watch.listening():
            assert asked.wait(10)
    finally:
        watch.end()
        runner.join(10)


def test_a_look_that_fails_is_logged_and_the_next_one_is_made(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    looks = threading.Semaphore(0)

    def stumble(vendor: str, status: Mapping[str, Any]) -> None:
        looks.release()
        raise RuntimeError("stumbled")

    watch = over(street, on_look=stumble)
    runner = threading.Thread(target=watch.run)
    runner.start()
    try:
        for _ in range(2):
            watch.hurry()
            assert looks.acquire(timeout=10)
    finally:
        watch.end()
        runner.join(10)
    assert "could not look" in caplog.text


def test_what_callers_wrote_is_masked(street: Street) -> None:
    watch = over(street, mask=lambda text: text.replace("hush", "*"))
    street.pay("op-1", note="hush")
    watch.look()
    (effect, _) = watch.rows_of("op-1")[0]
    assert "hush" not in str(effect)
    assert '"metadata.note": "*"' in effect["references"]
