"""The limits, per project and model, and the headers of every reply. There are none that tell of a limit."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.gemini.contents import tokens_of, tokens_of_json
from brownout_simulators.vendors.gemini.days import midnight_pacific, midnight_utc
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.resources import State

_ALWAYS: Final = {
    "vary": "Origin, X-Origin, Referer",
    "server": "scaffolding on HTTPServer2",
    "x-xss-protection": "0",
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "alt-svc": 'h3=":443"; ma=2592000,h3-29=":443"; ma=2592000',
}
_GENERATES: Final = (":generateContent", ":streamGenerateContent")
_EMBEDS: Final = (":embedContent", ":batchEmbedContents")


def _generation(call: Call, account: str) -> str:
    return f"{account} {call.params['model']}" if call.path.endswith(_GENERATES) else ""


def _embedding(call: Call, account: str) -> str:
    return f"{account} {call.params['model']}" if call.path.endswith(_EMBEDS) else ""


def _input_tokens(call: Call) -> float:
    """What a request counts for before it is looked at closer: its texts. What is generated is not counted at all."""
    try:
        request = read("GenerateContentRequest", call.data)
    except Unreadable:
        return 0.0
    turns = [*request.get("contents", ()), *([request["systemInstruction"]] if "systemInstruction" in request else ())]
    return float(sum(tokens_of(turns, lambda _uri, _kind: {}).values()) + tokens_of_json(request.get("tools")))


# The free tier's figures for gemini-2.5-flash (the API's rate-limits page, 2025).
RPM: Final = Limit(name="rpm", rate_per_s=10 / 60, burst=10.0, key_of=_generation)
TPM: Final = Limit(name="tpm", rate_per_s=250_000 / 60, burst=250_000.0, key_of=_generation, cost_of=_input_tokens)
RPD: Final = Limit(name="rpd", burst=250.0, key_of=_generation, renews_at=midnight_pacific)
# The rate-limits page says midnight Pacific; a report (nils44344 on dev.to, 2026-10-07) saw 00:00 UTC.
RPD_UTC: Final = Limit(name="rpd_utc", burst=250.0, key_of=_generation, renews_at=midnight_utc)
EMBED_RPM: Final = Limit(name="embed_rpm", rate_per_s=100 / 60, burst=100.0, key_of=_embedding)
LIMITS: Final = (RPM, TPM, RPD, RPD_UTC, EMBED_RPM)


def decorate(call: Call, _account: Account[State] | None, reply: Reply) -> None:
    """Adds what Google's front end puts on every reply."""
    reply.headers |= _ALWAYS
    reply.headers["server-timing"] = f"gfet4t7; dur={round(call.took_s * 1000)}"
