"""A project's keys: everything follows from its name, and nothing else is let in."""

import base64
import json

import jwt
import pytest

from brownout_simulators.vendors.supabase.keys import (
    ANON,
    SERVICE,
    Key,
    environment,
    jwt_secret,
    legacy_key,
    project_of,
    publishable_key,
    read_key,
    secret_key,
)
from brownout_simulators.vendors.supabase.keys import test_key as key_named

PROJECT = project_of("shop")


@pytest.mark.parametrize(
    ("key", "role"),
    [
        (legacy_key(PROJECT, ANON), ANON),
        (legacy_key(PROJECT, SERVICE), SERVICE),
        (publishable_key(PROJECT), ANON),
        (secret_key(PROJECT), SERVICE),
        (key_named("shop"), SERVICE),
    ],
)
def test_each_form_of_key_opens_its_project_in_its_role(key: str, role: str) -> None:
    assert read_key(key) == Key(PROJECT, role)


def _forged(role: str, secret: str, ref: str = PROJECT) -> str:
    return jwt.encode({"iss": "supabase", "ref": ref, "role": role}, secret, algorithm="HS256")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b.c",
        publishable_key(PROJECT)[:-1] + "x",
        publishable_key(PROJECT).replace("publishable", "secret"),
        _forged(SERVICE, "another-secret-that-is-long-enough-to-be-one"),
        _forged(SERVICE, jwt_secret(project_of("other"))),
        _forged("postgres", jwt_secret(PROJECT)),
        _forged(SERVICE, jwt_secret(PROJECT), "../shop"),
        legacy_key(PROJECT, ANON) + ".x",
        base64.urlsafe_b64encode(json.dumps({"ref": PROJECT, "role": SERVICE}).encode()).decode(),
    ],
)
def test_whatever_is_no_key_of_the_project_opens_nothing(text: str) -> None:
    assert read_key(text) is None


def test_the_environment_has_every_key_of_the_same_project() -> None:
    told = environment("http://127.0.0.1:1", key_named("shop"))
    assert told["SUPABASE_URL"] == "http://127.0.0.1:1"
    keys = [value for name, value in told.items() if name.endswith("_KEY")]
    assert len(keys) == 4
    found = [read_key(key) for key in keys]
    assert all(key is not None and key.project == PROJECT for key in found)
    assert told["SUPABASE_JWT_SECRET"] == jwt_secret(PROJECT)


def test_the_environment_of_what_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="no test key"):
        environment("http://127.0.0.1:1", "x")
