"""What holds for all tests: how deep properties are tried."""

from tests.support.examples import register_profiles

register_profiles()
