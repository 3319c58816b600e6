"""The application under test, as a scenario names it."""

from brownout_scenarios.target import Command, Target


def test_what_is_filled_in_is_found_in_its_address_its_command_and_its_environment() -> None:
    target = Target(
        url="http://127.0.0.1:{{port}}",
        command=Command(("{{ python }}", "shop.py")),
        env={"STRIPE": "{{stripe.url}}", "PLAIN": "{}"},
    )
    assert target.templates() == ("port", "python", "stripe.url")
