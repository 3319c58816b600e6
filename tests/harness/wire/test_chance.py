from brownout_harness.wire.chance import chance_of


def test_each_toxic_on_each_connection_draws_its_own_from_the_seed() -> None:
    draws = {
        (seed, proxy, connection, toxic): chance_of(seed, proxy, connection)(toxic).random()
        for seed in (1, 2)
        for proxy in ("a", "b")
        for connection in (1, 11)
        for toxic in ("1", "slow")
    }
    assert len(set(draws.values())) == len(draws)
    # A constant of the project: the same seed strikes the same connections in every version and on every machine.
    assert round(draws[1, "a", 1, "slow"], 6) == 0.708616
