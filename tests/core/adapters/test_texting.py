"""Text messages as a communication service."""

import asyncio

from brownout_core.adapters.texting import Texting, body_of
from brownout_core.adapters.twilio import TwilioClient
from brownout_core.services.communication import CommunicationService, Looked, Message
from tests.core.fakes import FakeTwilio, config, wire
from tests.support.aio import virtually

MESSAGE = Message("+15005550100", "Your order is on its way.")


def test_a_text_ends_with_its_reference_and_is_found_by_it() -> None:
    async def main() -> None:
        twilio = FakeTwilio()
        texts: CommunicationService = Texting(TwilioClient(config().access["twilio"], wire(twilio.transport)))
        assert not texts.takes_keys
        sent = await texts.send(MESSAGE, operation_id="op-1", idempotency_key="k")
        assert [each["body"] for each in twilio.messages] == [body_of(MESSAGE, "op-1")]
        await asyncio.sleep(1)
        found = await texts.find(MESSAGE, operation_id="op-1", ago_s=60)
        assert found.sent is not None
        assert found.sent.id == sent.id
        assert await texts.find(MESSAGE, operation_id="op-2", ago_s=60) == Looked(None)

    virtually(main())
