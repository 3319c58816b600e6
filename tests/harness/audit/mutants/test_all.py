"""No known-bad part without its demonstration, and none with two."""

from collections import Counter

from brownout_harness.audit.mutants import MUTANTS
from tests.harness.audit.mutants import (
    test_claims_and_letters,
    test_flows,
    test_policies,
    test_telling,
    test_vendors,
    test_webhooks,
)


def test_each_known_bad_part_is_shown_once() -> None:
    tables = (test_policies, test_claims_and_letters, test_telling, test_vendors, test_flows, test_webhooks)
    assert Counter(name for table in tables for name in table.DEMOS) == Counter(MUTANTS.keys())
