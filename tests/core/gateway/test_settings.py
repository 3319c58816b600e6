"""What the environment says, and one line about what is wrong with it."""

from pathlib import Path

import pytest

from brownout_core.adapters import ADAPTERS
from brownout_core.errors import ConfigError
from brownout_core.gateway.settings import read_settings

GOOD = {
    "STRIPE_API_KEY": "sk_test_secret1",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "secret2",
    "SALES_CLIENT_ID": "client",
    "SALES_CLIENT_SECRET": "secret3",
    "OPENAI_API_KEY": "secret4",
    "GEMINI_API_KEY": "secret5",
    "CLERK_SECRET_KEY": "secret8",
    "SUPABASE_ANON_KEY": "secret6",
    "SUPABASE_SERVICE_ROLE_KEY": "secret7",
    "VAULT_ROLE_ID": "role",
    "VAULT_SECRET_ID": "secret9",
    "ERP_TENANT": "tenant",
    "ERP_COMPANY_ID": "company",
    "ERP_CLIENT_ID": "client",
    "ERP_CLIENT_SECRET": "secret10",
    "RESEND_API_KEY": "secret11",
    "CLOUDFLARE_API_TOKEN": "secret13",
    "CLOUDFLARE_ZONE_ID": "zone",
    "DOCUSIGN_INTEGRATION_KEY": "application",
    "DOCUSIGN_USER_ID": "user",
    "DOCUSIGN_ACCOUNT_ID": "account",
    "DOCUSIGN_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----secret12",
}


def test_the_credentials_are_enough_and_the_rest_has_defaults() -> None:
    settings = read_settings(GOOD)
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.app.access["stripe"].base_url == "http://127.0.0.1:12111"
    assert settings.claims == "memory:"
    assert settings.telemetry is None


def test_everything_can_be_set(tmp_path: Path) -> None:
    policies = tmp_path / "policies.json"
    policies.write_text('{"vendors": {"stripe": {"breaker": {"open_for_s": 3}}}, "settle_s": 2}')
    settings = read_settings(
        {
            **GOOD,
            "BROWNOUT_HOST": "0.0.0.0",
            "BROWNOUT_PORT": "0",
            "STRIPE_API_BASE": "http://127.0.0.1:1/",
            "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b",
            "TWILIO_API_BASE": "https://twilio.test",
            "TWILIO_FROM": "+15005550001",
            "TWILIO_VERIFY_SERVICE": "VA1",
            "SALES_API_BASE": "http://sales.test:99",
            "BROWNOUT_CLAIMS": "redis://:hunter2@127.0.0.1:6379/0",
            "BROWNOUT_DEAD_LETTERS": "letters.db",
            "BROWNOUT_SPILL": "mine.spill",
            "BROWNOUT_TELEMETRY": "telemetry.ndjson",
            "BROWNOUT_POLICIES": str(policies),
            "BROWNOUT_SEED": "7",
            "BROWNOUT_GRACE_S": "1.5",
        }
    )
    assert (settings.host, settings.port, settings.seed, settings.grace_s) == ("0.0.0.0", 0, 7, 1.5)
    assert settings.app.access["stripe"].base_url == "http://127.0.0.1:1"
    assert settings.app.access["twilio"].sender == "+15005550001"
    assert settings.app.policies(ADAPTERS["stripe"]).breaker.open_for_s == 3
    assert settings.app.settle_s == 2
    assert (settings.dead_letters, settings.spill) == ("letters.db", "mine.spill")
    assert settings.app.access["stripe"].webhook_secrets == ("whsec_a", "whsec_b")
    assert {"hunter2", "whsec_a", "sk_test_secret1", "secret2", "secret3"} <= set(settings.secrets())
    for secret in settings.secrets():
        assert secret not in repr(settings)


def test_what_is_not_served_needs_no_vendor() -> None:
    settings = read_settings({"STRIPE_API_KEY": "sk_test_secret1", "BROWNOUT_OPERATIONS": "pay"})
    assert (list(settings.adapters), settings.app.operations) == (["stripe"], ("pay",))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"BROWNOUT_OPERATIONS": "pay,notfy"}, "BROWNOUT_OPERATIONS: no operation named 'notfy'; did you mean notify"),
        (
            {"STRIPE_API_KEY": "", "SALES_CLIENT_ID": ""},
            "missing in the environment: STRIPE_API_KEY, SALES_CLIENT_ID; or say in BROWNOUT_OPERATIONS what",
        ),
        ({"STRIPE_API_KEY": "sk_live_secret"}, "STRIPE_API_KEY is a live key"),
        ({"STRIPE_API_KEY": "rk_live_secret"}, "STRIPE_API_KEY is a live key"),
        ({"TWILIO_AUTH_TOKEN": "ak_live_secret"}, "TWILIO_AUTH_TOKEN is a live key"),
        ({"SALES_CLIENT_SECRET": "sk%5Flive%5Fsecret"}, "SALES_CLIENT_SECRET is a live key"),
        ({"DATABASE_URL": "postgres://x?key=rk%255Flive_secret"}, "DATABASE_URL is a live key"),
        ({"SOMETHING_ELSE": "sk_live_secret"}, "SOMETHING_ELSE is a live key"),
        ({"BROWNOUT_PORT": "eighty"}, "BROWNOUT_PORT must be a whole number"),
        ({"BROWNOUT_PORT": "65536"}, r"BROWNOUT_PORT must be in \[0, 65535\]"),
        ({"BROWNOUT_SEED": "x"}, "BROWNOUT_SEED must be a whole number"),
        ({"BROWNOUT_GRACE_S": "soon"}, "BROWNOUT_GRACE_S must be a number"),
        ({"BROWNOUT_GRACE_S": "-1"}, "BROWNOUT_GRACE_S must be in"),
        ({"STRIPE_API_BASE": "127.0.0.1:12111"}, "STRIPE_API_BASE must be an http or https URL"),
        ({"SALES_API_BASE": "http://[::"}, "SALES_API_BASE must be an http or https URL"),
        ({"SALES_API_BASE": "http://x:99999"}, "SALES_API_BASE must be an http or https URL"),
        ({"BROWNOUT_REDIS_URL": "redis://x"}, "BROWNOUT_REDIS_URL is called BROWNOUT_CLAIMS now: rename it"),
        ({"BROWNOUT_CLAIMS": "http://x"}, "BROWNOUT_CLAIMS names no store that there is; there are memory:, redis:"),
        ({"BROWNOUT_CLAIMS": "redsi://x"}, "BROWNOUT_CLAIMS names no store that there is; did you mean redis:"),
        ({"BROWNOUT_CLAIMS": "redis://127.0.0.1:many"}, "BROWNOUT_CLAIMS must be like redis://"),
        ({"BROWNOUT_CLAIMS": "redis://[::1"}, "BROWNOUT_CLAIMS must be like redis://"),
        (
            {"BROWNOUT_DEAD_LETTERS": "redis://x"},
            "BROWNOUT_DEAD_LETTERS names no store that there is; there are sqlite:",
        ),
        ({"BROWNOUT_POLICIES": "missing.json"}, "BROWNOUT_POLICIES: missing.json cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_without_the_secret(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read_settings({**GOOD, **wrong})
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value).lower().replace("client_secret", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [("{\n nonsense", ":2: not JSON"), ("[]", "must hold a JSON object"), ('{"vendor": {}}', "no such key")],
)
def test_a_policies_file_that_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policies.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_settings({**GOOD, "BROWNOUT_POLICIES": str(path)})


@pytest.mark.parametrize(("said", "heard"), [("", None), ("stripe, sales", ("stripe", "sales")), ("nobody", ())])
def test_who_is_heard_is_said_or_whoever_signs(said: str, heard: tuple[str, ...] | None) -> None:
    assert read_settings({**GOOD, "BROWNOUT_HEARS": said}).app.heard == heard


def test_a_vendor_of_which_nobody_counts_on_notices_has_no_door_for_them() -> None:
    signed = {**GOOD, "STRIPE_WEBHOOK_SECRET": "whsec_x"}
    for said, doors in (("", {"stripe"}), ("sales", set()), ("nobody", set())):
        settings = read_settings({**signed, "BROWNOUT_HEARS": said})
        assert settings.app.hears(settings.adapters).keys() == doors
