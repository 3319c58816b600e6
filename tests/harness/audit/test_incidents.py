"""Each replay of a public incident says where it is told, and catches a known-bad part: what was bad about it."""

import pytest

from brownout_harness.audit.matrix import run_cell
from brownout_harness.audit.mutants import MUTANTS
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

CATCHES = {
    "incident-stripe-2019": "retries-without-budget",
    "incident-twilio-2013": "keeps-keys-in-the-store",
    "incident-cloudflare-2023": "resends-by-itself",
    "incident-google-2025": "three-plain-retries",
    "incident-aws-2021": "three-plain-retries",
    "incident-aws-2025": "ignores-retry-after",
    "incident-clerk-2026": "asks-for-keys-each-time",
    "incident-resend-2024": "mails-anew",
    "incident-gocardless-2020": "acknowledges-early",
    "incident-github-2018": "retries-unsafe-calls",
    "incident-auth0-2020": "renews-for-each",
    "incident-slack-2021": "makes-anew",
    "incident-cobot": "keeps-claims-to-itself",
    "incident-openai-2023": "retries-without-budget",
}
NOBODY_SO_FAR = {"incident-cloudflare-2025", "incident-openai-2024", "incident-supabase-2025"}
"""They demand that another answers, or that a breaker opens; of what they are for, other scenarios catch the known-bad
parts, and these with some seeds only (retries without a budget)."""


def test_each_replay_catches_something_or_is_known_not_to() -> None:
    assert CATCHES.keys() | NOBODY_SO_FAR == {name for name in names() if name.startswith("incident-")}
    assert set(CATCHES.values()) <= MUTANTS.keys()


@pytest.mark.thorough
@pytest.mark.parametrize("scenario", CATCHES)
def test_the_replay_catches_it(scenario: str) -> None:
    assert run_cell(CATCHES[scenario], scenario).status is Status.FAILED
