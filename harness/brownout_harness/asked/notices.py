"""What the gateway knows by its vendors' notices, as its door shows it when all is at rest: one row for each operation
of which it was told anything.

Pure: a dialogue, which both modes drive.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from brownout_harness.asked.dead_letters import Dialogue, json_said
from brownout_harness.asked.request import Request
from brownout_harness.problems import NotJudged
from brownout_reports.rows import NOTICE_SHOWN, EventRow


def secret_variable(vendor: str) -> str:
    """The variable in which a target finds the secret that a vendor's notices are signed with."""
    return f"{vendor.upper()}_WEBHOOK_SECRET"


def notices(operation_ids: Iterable[str], vendors: Sequence[str], at_s: float) -> Dialogue[list[EventRow]]:
    """The furthest that each of these vendors has told of each of these operations; nothing of those of which it shows
    nothing. `at_s` is when they are asked for, from the run's start.

    Raises:
        NotJudged: the gateway does not show it.
    """
    shown: list[EventRow] = []
    for operation_id in operation_ids if vendors else ():
        for vendor in vendors:
            answer = yield Request("GET", f"/notices/{vendor}/{quote(operation_id, safe='')}", {}, b"")
            if answer.status == 404:
                continue
            said = json_said(answer, "show what it was told")
            try:
                state, event = str(said["state"]), str(said["event"])
            except KeyError:
                raise NotJudged("the gateway shows a notice that cannot be read") from None
            shown.append(EventRow(at_s, NOTICE_SHOWN, vendor, operation_id=operation_id, outcome=state, detail=event))
    return shown
