"""The application under test, as a scenario names it."""

import pytest

from brownout_scenarios.target import Command, Ready, Target


def test_what_is_filled_in_is_found_in_its_address_its_command_and_its_environment() -> None:
    target = Target(
        url="http://127.0.0.1:{{port}}",
        command=Command(("{{ python }}", "shop.py")),
        env={"STRIPE": "{{stripe.url}}", "PLAIN": "{}"},
    )
    assert target.templates() == ("port", "python", "stripe.url")


def test_it_is_ready_by_an_answer_or_by_a_line_and_not_by_both() -> None:
    assert (Ready().path, Ready(log="listening").log) == ("/", "listening")
    with pytest.raises(ValueError, match="has path and log"):
        Ready(path="/health", log="listening")
