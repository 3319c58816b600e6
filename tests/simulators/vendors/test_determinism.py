"""The same seed and the same calls give the same books and the same answers; another seed gives other ids."""

from typing import Any

from tests.simulators.vendors.clerk.bench import ClerkBench
from tests.simulators.vendors.gemini.bench import GeminiBench
from tests.simulators.vendors.sales.bench import SalesBench, order
from tests.simulators.vendors.twilio.bench import TwilioBench
from tests.simulators.vendors.vault.bench import VaultBench


def _of_sales(seed: int) -> list[Any]:
    bench = SalesBench(seed=seed)
    bench.listen()
    answers = [bench.take_in(order(f"A-{number}")).body for number in range(3)]
    bench.pass_time(60)
    return [answers, list(bench.simulator.ledger.rows()), [webhook.headers for webhook in bench.webhooks]]


def _of_twilio(seed: int) -> list[Any]:
    bench = TwilioBench(seed=seed)
    answers = [bench.message(StatusCallback="http://127.0.0.1:9/").body, bench.call().body]
    bench.pass_time(60)
    return [answers, list(bench.simulator.ledger.rows()), [webhook.headers for webhook in bench.webhooks]]


def _of_clerk(seed: int) -> list[Any]:
    bench = ClerkBench(seed=seed)
    bench.listen()
    user = bench.user(password="correct horse")
    answers = [user, bench.organization(), bench.token(bench.session(user["id"])["id"])]
    bench.do("/invitations", {"email_address": "a+clerk_accept@example.com"})
    bench.pass_time(60)
    return [answers, list(bench.simulator.ledger.rows()), [(each.headers, each.body) for each in bench.webhooks]]


def _of_gemini(seed: int) -> list[Any]:
    bench = GeminiBench(seed=seed, pace="gemini-2.0-flash/2026")
    answers = [bench.generate().body, bench.stream().body, bench.generate(model="gemini-2.5-flash").body]
    return [answers, list(bench.simulator.ledger.rows())]


def test_gemini_is_a_function_of_seed_and_calls() -> None:
    assert _of_gemini(1) == _of_gemini(1)
    assert _of_gemini(1) != _of_gemini(2)


def test_the_sales_system_is_a_function_of_seed_and_calls() -> None:
    assert _of_sales(1) == _of_sales(1)
    assert _of_sales(1) != _of_sales(2)


def test_twilio_is_a_function_of_seed_and_calls() -> None:
    assert _of_twilio(1) == _of_twilio(1)
    assert _of_twilio(1) != _of_twilio(2)


def test_clerk_is_a_function_of_seed_and_calls() -> None:
    assert _of_clerk(1) == _of_clerk(1)
    assert _of_clerk(1) != _of_clerk(2)


def _of_vault(seed: int) -> list[Any]:
    bench = VaultBench(seed=seed)
    bench.write("k", {"x": 1})
    token = bench.log_in("app-short")["client_token"]
    answers = [token, bench.get("database/creds/ro", token=token), bench.do("sys/tools/random")]
    bench.pass_time(60)
    return [answers, list(bench.simulator.ledger.rows())]


def test_vault_is_a_function_of_seed_and_calls() -> None:
    assert _of_vault(1) == _of_vault(1)
    assert _of_vault(1) != _of_vault(2)
