"""Tokens that expire, by a fault: users' do, a project's keys do not."""

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.supabase.keys import ANON, SERVICE, publishable_key, secret_key
from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench
from tests.simulators.vendors.supabase.realtime.bench import RealtimeBench

RULE = {"id": "r", "vendor": "supabase", "expire_tokens": {"valid_for_s": 1.0}}
PATHS = ("/rest/v1/jobs", "/storage/v1/bucket", "/functions/v1/echo")


def test_a_users_token_expires_everywhere_and_a_new_one_works() -> None:
    bench = AuthBench(users=[{"email": ADA, "password": SECRET}])
    paths = (*PATHS, "/auth/v1/user")

    def statuses(token: str) -> list[int]:
        headers = {**bench.as_role(ANON), "authorization": f"Bearer {token}"}
        return [bench.send("GET", path, headers=headers).status for path in paths]

    bench.simulator.schedule([rule_from_json(RULE)])
    old = bench.sign_in().json["access_token"]
    assert statuses(old) == [200] * 4
    bench.pass_time(2)
    assert [status >= 400 for status in statuses(old)] == [True] * 4
    assert statuses(bench.sign_in().json["access_token"]) == [200] * 4


@pytest.mark.parametrize("role", [ANON, SERVICE])
def test_a_projects_keys_do_not_expire(role: str) -> None:
    bench = AuthBench()
    opaque = publishable_key(bench.project) if role == ANON else secret_key(bench.project)
    keys = [
        bench.as_role(role),
        {"apikey": opaque, "authorization": f"Bearer {opaque}"},
        {"apikey": opaque, "authorization": ""},
    ]
    bench.simulator.schedule([rule_from_json(RULE)])
    for _ in range(2):
        for headers in keys:
            assert bench.send("GET", "/rest/v1/jobs", headers=headers).status == 200
            assert bench.send("GET", "/auth/v1/settings", headers=headers).status == 200
        bench.pass_time(5)


def test_a_socket_is_opened_with_a_key() -> None:
    bench = RealtimeBench()
    bench.simulator.schedule([rule_from_json(RULE)])
    bench.pass_time(5)
    assert bench.shake().status == 101
