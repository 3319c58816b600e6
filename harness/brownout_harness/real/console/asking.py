"""A simulator's control API, as the console asks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from brownout_harness.real.http_json import NoAnswer, call

PATIENCE_S = 1.0


class Unanswered(Exception):
    """It did not answer, or said no: the status and the words for whoever asked."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Simulated:
    """One vendor's simulator. Safe for use from several threads."""

    vendor: str
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, *path: str, query: str = "", body: Any = None) -> Any:
        """The JSON of its answer; `path` is what follows `/_brownout/`, part by part.

        Raises:
            Unanswered: there was none, or it was an error.
        """
        place = "/".join(quote(part, safe="") for part in path)
        try:
            answer = call(method, f"{self.url}/_brownout/{place}?{query}", body, timeout_s=PATIENCE_S)
        except NoAnswer as error:
            raise Unanswered(502, f"the {self.vendor} simulator does not answer: {error}") from None
        if answer.status >= 300:
            said = answer.json.get("error") if isinstance(answer.json, dict) else None
            raise Unanswered(answer.status, str(said or f"the {self.vendor} simulator answered {answer.status}"))
        return answer.json
