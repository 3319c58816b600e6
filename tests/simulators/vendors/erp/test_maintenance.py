"""Maintenance windows: announced, closed to everybody, cold afterwards; jobs stand still and are done once."""

from email.utils import parsedate_to_datetime

from brownout_simulators.vendors.erp.setup import Window
from tests.simulators.vendors.erp.bench import ErpBench
from tests.support.vendor_bench import EPOCH_S

START_S = 110.0  # the bench begins at 100


def _bench(**more: float) -> ErpBench:
    return ErpBench(maintenance=[{"start_s": START_S, "for_s": 5, **more}])


def test_a_window_is_announced_a_minute_before() -> None:
    bench = _bench()
    assert "fsm-maintenance" not in bench.get("items").headers
    bench.pass_time(9.5)
    assert bench.get("items").headers["fsm-maintenance"].endswith("Z")


def test_nobody_is_let_in_and_each_is_told_when_it_is_over() -> None:
    bench = _bench()
    bench.pass_time(11)
    first, second = bench.get("items"), bench.log_in()
    for answer in (first, second):
        assert (answer.status, answer.json["error"]["code"]) == (503, "Internal_TenantUnavailable")
    assert int(first.headers["retry-after"]) == 4
    assert parsedate_to_datetime(second.headers["retry-after"]).timestamp() == EPOCH_S + START_S + 5
    bench.pass_time(4)
    assert bench.get("items").status == 200


def test_what_posts_is_slow_while_caches_are_empty() -> None:
    took = []
    for pass_s in (0.0, 15.1, 30.0):
        bench = _bench()
        order = bench.order()
        bench.act(f"salesOrders({order['id']})/Microsoft.NAV.release")
        bench.pass_time(pass_s)
        before_s = bench.now_s
        bench.act(f"salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice")
        took.append(bench.now_s - before_s)
    assert took[0] == took[2]
    assert abs(took[1] - min(8.0, 4 * took[0])) < 1e-6


def test_jobs_stand_still_and_are_done_once_afterwards() -> None:
    bench = ErpBench(maintenance=[{"start_s": START_S, "for_s": 5}], jobs={"work_s": 2})
    bench.pass_time(9)
    bench.post("salesOrders", {"customerNumber": "10000"}, prefer="respond-async")
    bench.pass_time(6)
    assert bench.effects() == []
    bench.pass_time(3)
    assert len(bench.effects()) == 1


def test_a_window_comes_again() -> None:
    window = Window(start_s=10, for_s=5, every_s=60)
    assert window.around(0) == window.around(14) == (10, 15)
    assert window.around(15) == window.around(70) == (70, 75)
    assert window.around(134.9) == (130, 135)
    bench = _bench(every_s=60)
    bench.pass_time(72)
    assert bench.get("items").status == 503
