"""Readers who leave in the middle of a stream: the vendor's books say what was paid and not read."""

from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load_text

LEAVING = """\
name: readers-leave
about: Readers have heard enough after a second.
workload:
  arrivals: {rate: 2/s, process: constant}
  operations: [{name: assist, params: {stream: true, max_tokens: 400}}]
  answer_within: 1s
setup:
  openai: {pace: gpt-4o-mini/2026, answers: [{prose: true, tokens: 400}]}
phases:
  - {name: steady, for: 5s}
expect: [no_secrets]
"""


def test_who_leaves_ends_the_vendors_stream_in_that_moment_and_it_is_paid_for() -> None:
    scenario = load_text(LEAVING, vocabulary())
    evidence = evidence_of(scenario, run_virtual(scenario), {})
    operations = {each.operation_id: each for each in evidence.operations}
    assert {each.detail for each in operations.values()} == {"timeout"}
    heard = [each for each in operations.values() if each.first_piece_s is not None]
    assert 3 <= len(heard) <= len(operations) == 10
    requests = list(evidence.requests)
    assert len(requests) == len(operations)
    for request in requests:
        assert request.ending == "left"
        assert request.finished_s == operations[request.operation_id].finished_s
        assert request.chunks < 400
    kinds = [each.kind for each in evidence.effects]
    assert (kinds.count("openai.completion"), kinds.count("openai.abandoned")) == (10, 10)
