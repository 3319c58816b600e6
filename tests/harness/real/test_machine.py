"""What else the machine had to do is said in every real run."""

from brownout_harness.real.machine import MACHINE, load_now, note_of


def test_the_note_says_cores_and_load() -> None:
    assert note_of(1.04, 12.5).startswith(MACHINE)
    assert note_of(1.04, 12.5).endswith("cores, load 1.0 before the run and 12.5 after it")
    assert load_now() >= 0.0
