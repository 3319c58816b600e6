"""Options in client ids, fates in SKUs."""

from brownout_simulators.vendors.sales.magic import RATE_LIMIT_MODES, Fate, Options, fate_of, options_of


def test_a_plain_client_has_the_defaults() -> None:
    assert options_of("shop") == Options()
    assert options_of("shop.example.com") == Options()


def test_options_follow_the_name() -> None:
    expected = Options(expires_in_s=3.0, skew_s=-5.0, guard=False, rate_limit="legacy", slow=100.0)
    assert options_of("shop.expires-3.skew--5.guard-off.ratelimit-legacy.slow") == expected
    expected = Options(keys_kept_s=2.0, pages="repeat", suspended=True, read_only=True)
    assert options_of("shop.keys-2.pages-repeat.suspended.readonly") == expected


def test_an_option_that_is_none_changes_nothing() -> None:
    assert options_of("shop.expires-soon.skew-x.guard-on.ratelimit-new") == Options()


def test_every_mode_can_be_asked_for() -> None:
    assert [options_of(f"s.ratelimit-{mode}").rate_limit for mode in RATE_LIMIT_MODES] == list(RATE_LIMIT_MODES)


def test_skus_add_up_and_the_slowest_sets_the_pace() -> None:
    assert fate_of(["A"]) == Fate()
    assert fate_of(["PYX-STUCK", "PYX-SLOW-100", "PYX-SLOW-250", "PYX-SLOW-x"]) == Fate(stuck=True, step_s=0.25)
