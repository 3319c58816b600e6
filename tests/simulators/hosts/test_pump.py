"""The agenda is kept: steps when they are due, webhooks each on its own, and nothing after the end."""

import asyncio

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.hosts.memory import MemoryHost
from tests.simulators.driving import Driver
from tests.support.aio import virtually


class Receiver:
    """Takes webhooks; answers after a while."""

    def __init__(self, *, within_s: float = 0.0, status: int = 200) -> None:
        self.within_s = within_s
        self.status = status
        self.got_at_s: list[float] = []

    async def take(self, webhook: OutgoingWebhook) -> int | None:
        loop = asyncio.get_running_loop()
        self.got_at_s.append(loop.time())
        await asyncio.sleep(self.within_s)
        return self.status


def pumped(receiver: Receiver) -> tuple[Driver, MemoryHost]:
    """A till whose webhooks go to the receiver, on the running loop's clock."""
    loop = asyncio.get_running_loop()
    till = Driver(machine_s=loop.time)
    host = MemoryHost(till.simulator, loop, deliver=receiver.take)
    till.send("POST", "/v1/endpoints", {"url": "http://127.0.0.1/hook"})
    return till, host


def test_a_webhook_goes_out_when_it_is_due_and_its_answer_is_booked() -> None:
    async def main() -> None:
        receiver = Receiver()
        till, host = pumped(receiver)
        till.send()
        await asyncio.sleep(1)
        assert len(receiver.got_at_s) == 1
        assert till.simulator.outbox.counts()["delivered"] == 1
        await host.close()

    virtually(main())


def test_an_answer_that_is_no_success_brings_the_next_attempt_at_its_time() -> None:
    async def main() -> None:
        receiver = Receiver(status=500)
        till, host = pumped(receiver)
        till.send()
        await asyncio.sleep(100)
        assert receiver.got_at_s == [0.0, 5.0, 60.0]
        await host.close()

    virtually(main())


def test_a_slow_receiver_delays_nothing_but_its_own_delivery() -> None:
    async def main() -> None:
        receiver = Receiver(within_s=5.0)
        till, host = pumped(receiver)
        for _ in range(3):
            till.send()
        await asyncio.sleep(1)
        assert receiver.got_at_s == [0.0, 0.0, 0.0]
        await host.close()

    virtually(main())


def test_after_the_end_nothing_is_sent_and_what_was_under_way_is_given_up() -> None:
    async def main() -> None:
        receiver = Receiver(within_s=50.0)
        till, host = pumped(receiver)
        till.send()
        await asyncio.sleep(1)
        await host.close()
        till.send()
        await asyncio.sleep(100)
        assert len(receiver.got_at_s) == 1
        assert till.simulator.outbox.counts()["delivered"] == 0

    virtually(main())
