"""What an account has sent to people: texts, codes, calls."""

from collections.abc import Iterator, Sequence

from brownout_simulators.vendor import SentMessage
from brownout_simulators.vendors.twilio.state import State


def sent(state: State) -> Sequence[Iterator[SentMessage]]:
    """Of each kind the newest first; codes for as long as they are pending."""
    return (_texts(state), _codes(state), _calls(state))


def _texts(state: State) -> Iterator[SentMessage]:
    for text in state.messages.newest_first():
        sender = text.sender or text.service_sid or ""
        yield SentMessage(text.sid, "sms", text.created_s, text.to, sender, text.status, text=text.body)


def _codes(state: State) -> Iterator[SentMessage]:
    for code in state.verifications.newest_first():
        said = f"Code: {code.code}"
        yield SentMessage(code.sid, f"code by {code.channel}", code.created_s, code.to, "", code.status, text=said)


def _calls(state: State) -> Iterator[SentMessage]:
    for call in state.calls.newest_first():
        yield SentMessage(call.sid, "call", call.created_s, call.to, call.sender, call.status)
