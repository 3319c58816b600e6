"""What one ask came to, and what the caller makes of it. Knows no socket: the reading is the one of both modes."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from brownout_harness.asked.described import DescribedOperation
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.operations import TargetOperation, all_operations_of, classify
from brownout_harness.asked.streamed import Heard
from brownout_harness.asked.until import Following
from brownout_scenarios.schema import Scenario
from brownout_scenarios.until import Until
from brownout_scenarios.workload import Operation, Places, Statuses


class Answer(NamedTuple):
    """What one ask came to."""

    status: int
    """0: no whole answer came."""
    body: bytes
    error: str
    """Why there is no whole answer: `timeout`, `connection_refused`, `connection_lost`, `broken_answer`; else empty."""
    sent_s: float
    """Monotonic."""
    finished_s: float
    heard: Heard | None = None
    """Of one that came as it was made, whole or not."""

    @property
    def came(self) -> bytes:
        """All that came of it, also where that is not the whole."""
        return self.body if self.heard is None else bytes(self.heard.body)


Reader = Callable[[str, Answer], Reading]
"""(operation's name, answer) to outcome; pure."""

_SETS = ("done", "accepted", "refused")


def readings_of(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What the load process must know to read answers: per described operation its sets of statuses, and what answers
    name."""
    return {
        name: {
            **{key: [list(span) for span in getattr(operation.described, key)] for key in _SETS},
            "answers": list(operation.answers),
            "stream_end": operation.described.stream_end,
        }
        for name, operation in all_operations_of(scenario).items()
        if isinstance(operation, DescribedOperation)
    }


def followings_of(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What the load process must know to follow what was taken on, by the operation's name."""
    return {each.name: asdict(each.until) for each in scenario.workload.operations if each.until is not None}


def following_for(follow: Mapping[str, Mapping[str, Any]]) -> dict[str, Following]:
    """The same, as it acts."""
    return {
        name: Following(Until(**{**told, "done": tuple(told["done"]), "refused": tuple(told["refused"])}))
        for name, told in follow.items()
    }


def reader_for(readings: Mapping[str, Mapping[str, Any]]) -> Reader:
    """Reads answers as `readings` says by operation, every other one as the gateway's."""
    operations: dict[str, TargetOperation] = {**GATEWAY_OPERATIONS}
    for name, sets in readings.items():
        done, accepted, refused = (Statuses((low, high) for low, high in sets[key]) for key in _SETS)
        answers = dict.fromkeys(sets["answers"], Places())  # of which effects they are is the judge's business
        described = Operation(
            name=name,
            path="/",
            done=done,
            accepted=accepted,
            refused=refused,
            answers=answers,
            stream_end=sets["stream_end"],
        )
        operations[name] = DescribedOperation(described)

    def read(name: str, answer: Answer) -> Reading:
        return classify(operations[name], answer.status, answer.body, answer.error)

    return read
