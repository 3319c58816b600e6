"""An assistant that closes a broken stream as if it were whole: what was heard is the answer, whatever was missing."""

from typing import Any

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError
from brownout_core.flows import FLOWS
from brownout_core.flows.assist import Assist, AssistRequest
from brownout_harness.audit.mutant import Mutant, Part


class _Smooth(Assist):
    async def do(self, request: AssistRequest, asking: Asking) -> dict[str, Any]:
        heard: list[str] = []
        say = asking.say

        async def hear(text: str) -> None:
            heard.append(text)
            assert say is not None  # noqa: S101 - else nobody would be told
            await say(text)

        asking.say = hear if say is not None else None
        try:
            return await super().do(request, asking)
        except ServiceError as error:
            if not asking.has_spoken:
                raise
            return {"text": "".join(heard), "by": error.vendor, "degraded": False, "tokens": len(heard)}


MUTANT = Mutant(
    name="ends-as-if-whole",
    part=Part.FLOWS,
    about="a stream that broke is closed at the door as if it were whole",
    scenario="openai-streams-cut",
    expectation="as_asked",
    replacements=lambda: Replacements(flows={**FLOWS, "assist": _Smooth}),
)
