"""No credential that the run used can be read where others read: logs, events, dead letters, the run's own files."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted
from brownout_reports.run_folder import ExpectationResult

MARGIN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSecrets:
    """None of the planted secrets appears, plain, percent-encoded or in base64. The result never repeats one."""

    NAME: ClassVar[str] = "no_secrets"
    LEDGER_PROVES: ClassVar[bool] = True

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Needs at least one secret that was planted and one place to look at."""
        wording = Wording(self, "none of the run's credentials in logs, events, dead letters or the run's files")
        needles = _forms(evidence.secrets)
        places = 0
        found = []
        for place, at_s, operation_id, text in _places(evidence):
            places += 1
            if any(needle in text for needle in needles):
                found.append(Violation(at_s, operation_id, f"a credential in {place}: {_masked(text, needles)}"))
        observed = f"{counted(len(evidence.secrets), 'secret')} looked for in {counted(places, 'text')}"
        if found:
            return wording.failed(f"{observed}, {counted(len(found), 'find')}", found)
        if not evidence.secrets:
            return wording.inconclusive("no secret was planted: nothing to look for")
        if not places:
            return wording.inconclusive("no log, event or dead letter to look at")
        return wording.passed(observed)


def _forms(secrets: frozenset[str]) -> list[str]:
    """As they may be written down; longest first, so that masking leaves no rest."""
    forms = set()
    for secret in secrets:
        if secret:
            encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
            forms |= {secret, quote(secret, safe=""), encoded}
    return sorted(forms, key=lambda form: (-len(form), form))


def _places(evidence: Evidence) -> Iterator[tuple[str, float, str, str]]:
    """What can be read: a name for it, when, for which operation, and the text."""
    for place in sorted(evidence.texts):
        yield place, 0.0, "", evidence.texts[place]
    for event in evidence.events:
        text = f"{event.vendor} {event.call} {event.operation_id} {event.outcome} {event.detail}"
        yield f"event {event.kind}", event.at_s, event.operation_id, text
    for letter in evidence.dead_letters or ():
        text = " ".join(map(str, letter))
        yield f"dead letter {letter.id}", letter.first_attempt_at or 0.0, letter.operation_id, text
    for operation in evidence.operations:
        if operation.detail:
            yield "an answer", operation.finished_s, operation.operation_id, operation.detail
    for request in evidence.requests:
        if request.idempotency_key:
            yield "an idempotency key", request.at_s, request.operation_id, request.idempotency_key
    for effect in evidence.effects:
        yield f"what is stored with {effect.kind}", effect.at_s, effect.operation_id, effect.references


def _masked(text: str, needles: list[str]) -> str:
    """The surroundings of the first find, every secret in them replaced."""
    for needle in needles:
        text = text.replace(needle, "*****")
    at = text.index("*****")
    return " ".join(text[max(0, at - MARGIN) : at + MARGIN].split())
