"""`publish_site`: one record and a purge after it, whatever becomes of answers. The vendor is its simulator."""

import asyncio
import itertools
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from brownout_core.application import Application
from brownout_core.compose import AppConfig, build
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.publish_site import SiteRequest
from brownout_core.records import ClaimStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Request, Response
from brownout_harness.virtual.life import Life
from tests.core.adapters.test_cloudflare import ACCESS, FakeCloudflare, envelope
from tests.core.fakes import After, AfterAnswer, Step
from tests.core.flows.world import policies
from tests.support.aio import virtually
from tests.support.vendor_bench import EPOCH_S

PAGE = Response(521, {"content-type": "text/html"}, b"<h1>521</h1>")
QUOTA = envelope(400, {"code": 81045, "message": "Record quota exceeded."})
EXISTS = envelope(400, {"code": 81058, "message": "An identical record already exists."})
NOT_NOW = envelope(403, {"code": 10000, "message": "Authentication error"})
NO_SUCCESS = envelope(200)
LOOK = "GET /client/v4/zones/{zone}/dns_records"


class Site(FakeCloudflare):
    """`on` says what happens to the next requests of one kind: `POST dns_records`."""

    def __init__(self) -> None:
        super().__init__()
        self.on: dict[str, deque[Step]] = {}
        self.lives = itertools.count()
        self.claims: ClaimStore = MemoryClaimStore(asyncio.get_running_loop().time)
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=self.wall_clock)
        self.app = self.application()

    def wall_clock(self) -> float:
        return EPOCH_S + self.now_s()

    def application(self, life: Life | None = None, **settings: Any) -> Application:
        life = life or Life()
        return build(
            AppConfig(access={"cloudflare": ACCESS}, operations=("publish_site",), **policies(cloudflare=settings)),
            transports={"cloudflare": life.transport(self.transport)},
            claims=life.claims(self.claims),
            dead_letters=life.dead_letters(self.letters),
            wall_clock=self.wall_clock,
            instance=f"life-{next(self.lives)}",
        )

    async def handle(self, request: Request) -> Response:
        for kind, steps in self.on.items():
            method, _, part = kind.partition(" ")
            if steps and request.method == method and part in urlsplit(request.url).path:
                self.script.append(steps.popleft())
                break
        return await super().handle(request)

    async def ask(self, operation_id: str = "op-1", app: Application | None = None, **more: Any) -> Ending:
        return await (app or self.app).flows["publish_site"](request_of(operation_id, **more))

    async def settle(self) -> None:
        await asyncio.sleep(60)
        await self.app.dead_letters.redrive_lot()

    def ops(self) -> list[tuple[str, str]]:
        return [(row["fields"]["op"], row["fields"]["content"]) for row in self.bench.done("cloudflare.dns_record")]

    def purges(self) -> int:
        return len(self.bench.done("cloudflare.purge"))


def request_of(operation_id: str = "op-1", **more: Any) -> SiteRequest:
    return SiteRequest(operation_id=operation_id, **{"host": "shop.site.test", "target": "a.host.test", **more})


def test_a_free_host_gets_its_record_and_then_a_purge() -> None:
    async def main() -> None:
        site = Site()
        ending = await site.ask()
        ids = [site.bench.done(kind)[0]["id"] for kind in ("cloudflare.dns_record", "cloudflare.purge")]
        assert (ending.status, ending.result) == (EndingStatus.DONE, dict(zip(("record", "purge"), ids, strict=True)))
        assert [(each.method, urlsplit(each.url).path.rpartition("/")[2]) for each in site.requests] == [
            ("GET", "dns_records"), ("POST", "dns_records"), ("POST", "purge_cache"),
        ]  # fmt: skip

    virtually(main())


def test_a_host_that_leads_elsewhere_is_changed_and_one_that_leads_there_is_left() -> None:
    async def main() -> None:
        site = Site()
        first = await site.ask("op-1")
        assert (await site.ask("op-2", target="b.host.test")).result["record"] == first.result["record"]
        assert (await site.ask("op-3", target="b.host.test")).status is EndingStatus.DONE
        assert site.ops() == [("create", "a.host.test"), ("update", "b.host.test")]
        assert site.purges() == 3

    virtually(main())


def test_a_host_that_is_something_else_is_refused_and_left_as_it_is() -> None:
    async def main() -> None:
        site = Site()
        records = f"/zones/{ACCESS.zone_id}/dns_records"
        site.bench.do("POST", records, {"type": "A", "name": "shop", "content": "192.0.2.1"})
        ending = await site.ask()
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "taken")
        assert site.records() == [("A", "shop.site.test", "192.0.2.1")]
        assert site.purges() == 0

    virtually(main())


STEPS: list[Step] = [
    After(Lost()), Lost(), After(), NoConnection(), PAGE, AfterAnswer(PAGE), NO_SUCCESS, AfterAnswer(NO_SUCCESS),
    EXISTS, AfterAnswer(EXISTS),
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("what", ["GET dns_records", "POST dns_records", "POST purge"])
def test_whatever_becomes_of_an_answer_both_are_done_and_the_record_once(what: str, step: Step) -> None:
    async def main() -> None:
        site = Site()
        site.on[what] = deque([step])
        assert (await site.ask()).status is EndingStatus.DONE
        assert site.ops() == [("create", "a.host.test")]
        assert site.purges() >= 1

    virtually(main())


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_change_is_sent_once_and_what_may_still_come_is_waited_for(step: Step) -> None:
    async def main() -> None:
        site = Site()
        await site.ask("op-0")
        site.on["PATCH dns_records"] = deque([step])
        ending = await site.ask("op-1", target="b.host.test")
        is_open = step in (PAGE, NO_SUCCESS) or isinstance(step, Lost)
        assert ending.status is (EndingStatus.ACCEPTED if is_open else EndingStatus.DONE)
        sent = len([each for each in site.requests if each.method == "PATCH"])
        assert sent == (2 if isinstance(step, NoConnection) or step is EXISTS or step == AfterAnswer(EXISTS) else 1)
        if is_open:
            await site.settle()
        assert site.ops()[1:] == [("update", "b.host.test")] * (2 if step == AfterAnswer(EXISTS) else 1)
        assert site.records() == [("CNAME", "shop.site.test", "b.host.test")]

    virtually(main())


def test_a_refusal_after_a_sending_that_may_have_made_it_is_told_nobody() -> None:
    """The first sending made the last record that the plan allows: the second is over the quota."""

    async def main() -> None:
        site = Site()
        site.on["POST dns_records"] = deque([After(Lost()), QUOTA])
        site.bench.schedule({"match": LOOK, "read_after_write_lag": {"lag_s": 30}})
        ending = await site.ask()
        assert ending.status is EndingStatus.ACCEPTED
        await site.settle()
        assert site.ops() == [("create", "a.host.test")]
        assert site.purges() == 1

    virtually(main())


def test_a_refusal_of_the_first_sending_is_told_and_nothing_is_left() -> None:
    async def main() -> None:
        site = Site()
        site.on["POST dns_records"] = deque([QUOTA])
        ending = await site.ask()
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "81045")
        assert (site.ops(), site.purges()) == ([], 0)

    virtually(main())


@pytest.mark.parametrize("step", [NOT_NOW, envelope(400, {"code": 1012, "message": "no"}), PAGE], ids=str)
def test_where_the_purge_fails_for_good_it_is_neither_done_nor_refused(step: Response) -> None:
    async def main() -> None:
        site = Site()
        site.on["POST purge"] = deque([step] * 10)
        ending = await site.ask()
        assert ending.status is EndingStatus.ACCEPTED
        assert (len(site.ops()), site.purges()) == (1, 0)
        site.on.clear()
        await site.settle()
        assert (len(site.ops()), site.purges()) == (1, 1)

    virtually(main())


def test_a_record_that_is_seen_late_is_waited_for_and_not_made_twice() -> None:
    async def main() -> None:
        site = Site()
        site.on["POST dns_records"] = deque([After(Lost())])
        site.bench.schedule({"match": LOOK, "read_after_write_lag": {"lag_s": 30}})
        assert (await site.ask()).status is EndingStatus.ACCEPTED
        await site.settle()
        assert (site.ops(), site.purges()) == ([("create", "a.host.test")], 1)

    virtually(main())


def test_two_who_publish_one_host_at_once_leave_one_record_and_each_was_there() -> None:
    async def main() -> None:
        site = Site()
        targets = {"op-1": "a.host.test", "op-2": "b.host.test"}
        endings = await asyncio.gather(*(site.ask(name, target=target) for name, target in targets.items()))
        assert {each.status for each in endings} <= {EndingStatus.DONE, EndingStatus.ACCEPTED}
        await site.settle()
        assert len(site.records()) == 1
        assert sorted(content for _, content in site.ops()) == sorted(targets.values())
        assert site.purges() == 2

    virtually(main())


def test_while_everybody_is_blocked_it_is_set_aside_and_asked_once() -> None:
    async def main() -> None:
        site = Site()
        site.bench.schedule(limits={"requests": {"burst": 1}})
        ending = await site.ask()
        assert ending.status is EndingStatus.ACCEPTED
        assert len(site.requests) == 2, "five minutes are not waited for in place"
        site.bench.schedule(limits={"requests": {"burst": 1_200}})
        await asyncio.sleep(300)
        await site.settle()
        assert (len(site.ops()), site.purges()) == (1, 1)

    virtually(main())


@pytest.mark.parametrize("dies_at_s", [0.005, 0.015, 0.025, 0.5])
@pytest.mark.parametrize("step", [None, After(), Lost()], ids=str)
def test_who_takes_over_from_a_process_that_died_makes_no_second_record(step: Step, dies_at_s: float) -> None:
    async def main() -> None:
        site, life = Site(), Life()
        site.on["POST dns_records"] = deque([step])
        dying = site.application(life)
        first = life.start(dying.flows["publish_site"](request_of()), name="first")
        await asyncio.sleep(dies_at_s)
        life.kill()
        await asyncio.gather(first, return_exceptions=True)
        ending = await site.ask()
        for _ in range(20):
            if ending.status is EndingStatus.DONE:
                break
            await asyncio.sleep(30)
            if ending.status is EndingStatus.ACCEPTED:
                await site.app.dead_letters.redrive(ending.dead_letter_id)
            ending = await site.ask()
        assert ending.status is EndingStatus.DONE
        assert len(site.ops()) == 1
        assert site.purges() >= 1

    virtually(main())


@pytest.mark.parametrize(
    "host", ["", "shop", "Shop.site.test", "a..test", "-a.test", "a b.test", "192.0.2.1/x", "a." * 9]
)
def test_a_host_that_would_be_stored_otherwise_is_no_request(host: str) -> None:
    with pytest.raises(ValidationError):
        request_of(host=host)


def test_a_host_of_somebody_elses_zone_is_refused_before_anything_is_sent() -> None:
    async def main() -> None:
        site = Site()
        ending = await site.ask(host="shop.other.test")
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, "not_of_the_zone")
        assert site.requests == []

    virtually(main())
