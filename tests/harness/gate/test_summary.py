"""The gate for a pull request."""

from brownout_harness.gate.outcome import Result
from brownout_harness.gate.summary import render
from tests.harness.gate.gates import a_gate


def test_a_red_one_names_the_broken_invariant_and_the_one_command_that_replays_it() -> None:
    text = render(a_gate(Result.PASSED, Result.FAILED, Result.DRIFTED, shard="1/2"))
    assert text.startswith("## ✗ Brownout gate (shard 1/2): failed\n\nof 3: 1 passed, 1 failed, 1 drifted.\n")
    assert "- exactly\\_once: effect \\`stripe.charge\\`: 2,997 once, 3 twice" in text
    assert "Replay, in the gate's folder, on any machine: `brownout run failed-virtual --mode virtual`" in text
    assert "- operation pay-1: was done; is refused" in text
    assert "Replay, where its scenario is: `brownout run drifted-virtual --seed 7`" in text
    assert "| ✓ | passed-virtual | passed | 1 |" in text


def test_every_run_that_did_not_pass_has_its_words() -> None:
    text = render(a_gate(*Result))
    for result in Result:
        assert (f"{result.replace(' ', '-')}-virtual: {result}\n" in text) == (result is not Result.PASSED)
    assert "<b>" not in text


def test_what_was_left_out_and_what_a_replay_takes_is_said() -> None:
    gate = a_gate(Result.FAILED).model_copy(update={"left_out": ("own-shop",)})
    run = gate.runs[0].model_copy(update={"needs": "the application that is its target"})
    text = render(gate.model_copy(update={"runs": (run,)}))
    assert "left out, for this mode cannot run them: own-shop" in text
    assert "Replay, where its scenario is, with the application that is its target: " in text
