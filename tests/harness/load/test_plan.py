"""The plan's file."""

from pathlib import Path

from brownout_harness.load.plan import Asking, Planned, read_plan, write_plan


def test_a_plan_is_read_back_as_it_was_written_in_the_order_of_its_instants(tmp_path: Path) -> None:
    urls = {"target": "http://127.0.0.1:8080"}
    asking = Asking(urls=urls, ask_again_times=2, ask_again_on=["unknown"], readings={"buy": {"done": [[200, 200]]}})
    late = Planned(2.5, "buy-2", "buy", "PUT", "/orders/2", {"X-Id": "buy-2"}, '{"name": "Zoë"}')
    early = Planned(0.25, "buy-1", "buy", "POST", "/orders", {}, "")
    write_plan(tmp_path / "plan", asking, [late, early])
    assert read_plan(tmp_path / "plan") == (asking, [early, late._replace(number=1)])
