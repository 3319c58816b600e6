"""Vault, with hvac, the community's client for Python."""

import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

import hvac
from hvac import exceptions

from tests.conformance.checking import At, check, main

INVALID = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"
DENIED = "1 error occurred:\n\t* permission denied\n\n"
MERGE = "application/merge-patch+json"
KEYS = [f"sim-key-{number}".encode().hex() for number in (1, 2, 3)]

E = TypeVar("E", bound=Exception)


def client(at: At, token: str | None = None, **more: Any) -> hvac.Client:
    return hvac.Client(url=more.pop("url", at.url), token=token or at.env["VAULT_TOKEN"], timeout=10, **more)


def refused(kind: type[E], asked: Callable[[], Any]) -> E:
    try:
        said = asked()
    except kind as error:
        return error
    raise AssertionError(f"it went through: {said}")


def plainly(at: At, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    """Without a client: status, headers, body."""
    place = urlsplit(at.url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    named = {"x-vault-token": at.env["VAULT_TOKEN"], **{name.replace("_", "-"): each for name, each in headers.items()}}
    try:
        connection.request(method, f"/v1/{path}", None if body is None else json.dumps(body), named)
        answer = connection.getresponse()
        raw = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, json.loads(raw) if raw else None
    finally:
        connection.close()


def written(vault: hvac.Client, path: str, data: dict[str, Any], **more: Any) -> int:
    return int(vault.secrets.kv.v2.create_or_update_secret(path, data, **more)["data"]["version"])


@check(1, "a listing goes by the verb LIST, or by a query; an empty folder is a 404 without words")
def listing(at: At) -> None:
    vault = client(at)
    written(vault, "a", {"x": 1})
    written(vault, "d/e", {"x": 1})
    assert vault.secrets.kv.v2.list_secrets("")["data"]["keys"] == ["a", "d/"]
    assert client(at, strict_http=True).secrets.kv.v2.list_secrets("")["data"]["keys"] == ["a", "d/"]
    assert [row["route"].split()[0] for row in at.control.requests()] == ["POST", "POST", "LIST", "GET"]
    assert refused(exceptions.InvalidPath, lambda: vault.secrets.kv.v2.list_secrets("nothing")).errors == []
    assert vault.list("secret/metadata/nothing") is None
    assert plainly(at, "LIST", "secret/metadata/nothing")[::2] == (404, {"errors": []})
    assert plainly(at, "GET", "secret/metadata/?list=zz")[::2] == (400, {"errors": []})


@check(2, "a check-and-set that fails is a 400, and nothing is written")
def check_and_set(at: At) -> None:
    vault = client(at)
    assert written(vault, "k", {"x": 1}, cas=0) == 1
    error = refused(exceptions.InvalidRequest, lambda: written(vault, "k", {"x": 2}, cas=0))
    assert error.errors == ["check-and-set parameter did not match the current version"]
    assert written(vault, "k", {"x": 2}, cas=1) == 2
    assert len(at.control.effects("vault.secret_written")) == 2


@check(3, "a version is deleted, undeleted, destroyed")
def deletion(at: At) -> None:
    vault, kv = client(at), client(at).secrets.kv.v2
    written(vault, "k", {"x": 1})
    kv.delete_latest_version_of_secret("k")
    gone = kv.read_secret_version("k", raise_on_deleted_version=False)
    assert gone["data"]["data"] is None
    assert gone["data"]["metadata"]["deletion_time"]
    refused(exceptions.InvalidPath, lambda: kv.read_secret_version("k", raise_on_deleted_version=True))
    kv.undelete_secret_versions("k", [1])
    assert kv.read_secret_version("k", raise_on_deleted_version=True)["data"]["data"] == {"x": 1}
    kv.destroy_secret_versions("k", [1])
    assert kv.undelete_secret_versions("k", [1]).status_code == 204
    status, _, gone = plainly(at, "GET", "secret/data/k")
    assert (status, gone["data"]["data"], gone["data"]["metadata"]["destroyed"]) == (404, None, True)


@check(4, "as many versions are kept as the key says")
def pruning(at: At) -> None:
    vault, kv = client(at), client(at).secrets.kv.v2
    kv.update_metadata("k", max_versions=2)
    assert kv.read_secret_metadata("k")["data"]["current_version"] == 0
    for number in range(4):
        written(vault, "k", {"x": number})
    metadata = kv.read_secret_metadata("k")["data"]
    assert sorted(metadata["versions"]) == ["3", "4"]
    assert metadata["oldest_version"] == 3
    error = refused(
        exceptions.InvalidPath, lambda: kv.read_secret_version("k", version=1, raise_on_deleted_version=True)
    )
    assert error.errors == []


@check(5, "a merge patch of hvac's is a read and a write; PATCH wants its own type")
def patch(at: At) -> None:
    vault = client(at)
    written(vault, "k", {"x": 1, "y": 1})
    vault.secrets.kv.v2.patch("k", {"y": 2})
    assert [row["route"].split()[0] for row in at.control.requests()] == ["POST", "GET", "POST"]
    body = {"data": {"y": 3, "x": None}}
    status, _, said = plainly(at, "PATCH", "secret/data/k", body, content_type="application/json")
    assert status == 415
    assert said["errors"] == [f"PATCH requires Content-Type of {MERGE}, provided application/json"]
    assert plainly(at, "PATCH", "secret/data/k", body)[0] == 400
    assert plainly(at, "PATCH", "secret/data/none", body, content_type=MERGE)[::2] == (404, None)
    assert plainly(at, "PATCH", "secret/data/k", body, content_type=MERGE)[2]["data"]["version"] == 3
    read = vault.secrets.kv.v2.read_secret_version("k", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"y": 3}


@check(6, "a path of version 1 on a mount of version 2 is a 404 with a warning and no errors")
def misplaced(at: At) -> None:
    status, headers, body = plainly(at, "GET", "secret/a")
    assert status == 404
    assert body["warnings"]
    assert "errors" not in body
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert client(at).read("secret/a") is None


@check(7, "a version is deleted by its time, and nobody has to ask for it")
def deleted_by_time(at: At) -> None:
    vault, kv = client(at), client(at).secrets.kv.v2
    kv.update_metadata("k", delete_version_after="2s")
    written(vault, "k", {"x": 1})
    read = kv.read_secret_version("k", raise_on_deleted_version=False)["data"]
    assert read["data"] == {"x": 1}
    assert read["metadata"]["deletion_time"] > read["metadata"]["created_time"]
    at.control.advance(2.1)
    assert kv.read_secret_version("k", raise_on_deleted_version=False)["data"]["data"] is None


@check(8, "a secret id is good for as many logins as it says")
def secret_id_uses(at: At) -> None:
    vault = client(at)
    roles = vault.auth.approle
    roles.create_or_update_approle("worker", token_policies=["app"], token_ttl="1m", secret_id_num_uses=2)
    role_id = roles.read_role_id("worker")["data"]["role_id"]
    secret_id = roles.generate_secret_id("worker")["data"]["secret_id"]
    for _ in range(2):
        assert hvac.Client(url=at.url).auth.approle.login(role_id, secret_id)["auth"]["lease_duration"] == 60
    error = refused(exceptions.InvalidRequest, lambda: hvac.Client(url=at.url).auth.approle.login(role_id, secret_id))
    assert error.errors == ["invalid role or secret ID"]
    assert len(at.control.effects("vault.token_issued")) == 2
    assert len(at.control.effects("vault.login_failed")) == 1


@check(9, "a token is renewed, runs out, and its refusal is not that of a policy")
def renewal(at: At) -> None:
    vault = client(at)
    issued = vault.auth.token.create(policies=["default"], ttl="5s")["auth"]
    mine = client(at, issued["client_token"])
    assert mine.auth.token.lookup_self()["data"]["ttl"] in (4, 5)
    denied = refused(exceptions.Forbidden, mine.sys.list_mounted_secrets_engines)
    assert denied.errors == [DENIED]
    assert mine.auth.token.renew_self(increment=10)["auth"]["lease_duration"] == 10
    at.control.advance(11)
    assert refused(exceptions.Forbidden, mine.auth.token.lookup_self).errors == [INVALID]
    nobody = hvac.Client(url=at.url)
    nobody.token = None
    assert refused(exceptions.Forbidden, nobody.auth.token.lookup_self).errors == ["permission denied"]
    assert refused(exceptions.Forbidden, lambda: vault.auth.token.lookup("hvs.unknown")).errors == ["bad token"]


@check(10, "a periodic token lives for as long as it is renewed; its explicit maximum ends it all the same")
def periodic(at: At) -> None:
    vault = client(at)
    issued = vault.auth.token.create(policies=["default"], period="3s")["auth"]
    mine = client(at, issued["client_token"])
    for _ in range(4):
        at.control.advance(2)
        assert mine.auth.token.renew_self(increment=3600)["auth"]["lease_duration"] == 3
    at.control.advance(4)
    refused(exceptions.Forbidden, mine.auth.token.renew_self)
    issued = vault.auth.token.create(policies=["default"], period="3s", explicit_max_ttl="5s")["auth"]
    mine = client(at, issued["client_token"])
    given = []
    for _ in range(2):
        at.control.advance(2)
        said = mine.auth.token.renew_self(increment=3600)
        given.append((said["auth"]["lease_duration"], bool(said["warnings"])))
    assert given[-1][0] in (0, 1)
    assert given[-1][1] is True
    at.control.advance(1.1)
    refused(exceptions.Forbidden, mine.auth.token.lookup_self)


@check(11, "each reading of credentials is a user of its own, for as long as its lease")
def credentials(at: At) -> None:
    vault = client(at)
    one, other = (vault.secrets.database.generate_credentials("ro") for _ in range(2))
    assert one["lease_id"] != other["lease_id"]
    assert one["data"]["username"] != other["data"]["username"]
    renewed = vault.sys.renew_lease(one["lease_id"], increment=3600)
    assert 9 <= renewed["lease_duration"] <= 10
    assert renewed["warnings"]
    at.control.advance(10.1)
    error = refused(exceptions.InvalidRequest, lambda: vault.sys.renew_lease(one["lease_id"]))
    assert error.errors == ["lease not found"]
    assert len(at.control.effects("vault.db_user_created")) == 2
    assert len(at.control.effects("vault.db_user_dropped")) == 2


@check(12, "what a token has borrowed ends with it")
def cascade(at: At) -> None:
    vault = client(at)
    mine = client(at, vault.auth.token.create(policies=["app"], ttl="60s")["auth"]["client_token"])
    lease_id = mine.secrets.database.generate_credentials("ro")["lease_id"]
    mine.auth.token.revoke_self()
    error = refused(exceptions.InvalidRequest, lambda: vault.sys.read_lease(lease_id))
    assert error.errors == ["invalid lease"]
    kinds = [row["route"] for row in at.control.effects()]
    assert kinds.index("vault.token_revoked") < kinds.index("vault.db_user_dropped")


@check(13, "a wrapped answer is handed out once")
def wrapping(at: At) -> None:
    vault = client(at)
    wrapped = vault.auth.token.create(policies=["default"], wrap_ttl="30s")
    assert wrapped["request_id"] == ""
    token = wrapped["wrap_info"]["token"]
    assert vault.sys.unwrap(token)["auth"]["policies"] == ["default"]
    error = refused(exceptions.InvalidRequest, lambda: vault.sys.unwrap(token))
    assert error.errors == ["wrapping token is not valid or does not exist"]
    assert len(at.control.effects("vault.unwrapped")) == 1


@check(14, "health has a code for each kind of node, and switches for the codes; a HEAD drops them")
def health(at: At) -> None:
    for node, status in (
        ("active", 200),
        ("standby", 429),
        ("performance_standby", 473),
        ("dr_secondary", 472),
        ("unhealthy", 474),
        ("uninitialized", 501),
        ("removed", 530),
    ):
        at.control.setup(node=node)
        assert plainly(at, "GET", "sys/health")[0] == status, node
    at.control.setup(node="standby")
    vault = client(at)
    said = vault.sys.read_health_status(method="GET", standby_ok=True)
    assert said["standby"] is True
    assert vault.sys.read_health_status(method="HEAD", standby_ok=True).status_code == 429
    assert plainly(at, "GET", "sys/health?standbyok=true")[0] == 200
    at.control.setup(node="active")
    assert plainly(at, "GET", "sys/health?activecode=299")[0] == 299
    assert plainly(at, "GET", "sys/health?sealedcode=abc")[::2] == (400, {"errors": []})
    vault.sys.seal()
    assert plainly(at, "GET", "sys/health")[0] == 503
    assert plainly(at, "GET", "sys/health?sealedcode=200")[0] == 200


@check(15, "a sealed cluster says so to everybody; three keys open it, and nothing is lost")
def sealed(at: At) -> None:
    vault = client(at)
    written(vault, "k", {"x": 1})
    vault.sys.seal()
    for asked in (
        lambda: vault.secrets.kv.v2.read_secret_version("k", raise_on_deleted_version=True),
        lambda: vault.auth.approle.login(at.env["VAULT_ROLE_ID"], at.env["VAULT_SECRET_ID"]),
        client(at, "hvs.bad").auth.token.lookup_self,
    ):
        assert refused(exceptions.VaultDown, asked).errors == ["Vault is sealed"]
    assert vault.sys.is_sealed() is True
    progress = [vault.sys.submit_unseal_key(key) for key in KEYS]
    assert [(each["progress"], each["sealed"]) for each in progress] == [(1, True), (2, True), (0, False)]
    read = vault.secrets.kv.v2.read_secret_version("k", raise_on_deleted_version=True)
    assert read["data"]["data"] == {"x": 1}


@check(16, "a quota's 429 tells when only where an operator has switched that on")
def quota(at: At) -> None:
    def third(**headers: bool) -> tuple[int, dict[str, str], Any]:
        at.control.limits(rate={"rate_per_s": 0.01, "burst": 2})
        at.control.setup(**headers)
        seen = [plainly(at, "GET", "secret/data/a") for _ in range(3)]
        assert [each[0] for each in seen] == [404, 404, 429]
        if headers:
            assert [each[1]["x-ratelimit-remaining"] for each in seen[:2]] == ["1", "0"]
        return seen[2]

    _, headers, body = third()
    assert body == {"errors": ['request path "secret/data/a": rate limit quota exceeded']}
    assert not {"retry-after", "x-ratelimit-limit"} & headers.keys()
    at.control.ask("POST", "reset")
    _, headers, _ = third(rate_limit_headers=True)
    assert headers["x-ratelimit-limit"] == "2"
    assert headers["retry-after"] == headers["x-ratelimit-reset"]
    before = len(at.control.requests())
    refused(exceptions.RateLimitExceeded, lambda: client(at).read("secret/data/a"))
    assert len(at.control.requests()) == before + 1


@check(17, "a standby that does not forward sends its client to the active node, with body and token")
def redirected(at: At) -> None:
    at.control.setup(standby_host="localhost")
    vault = client(at, url=at.url.replace("127.0.0.1", "localhost"))
    assert written(vault, "k", {"x": 1}, cas=0) == 1
    assert vault.secrets.kv.v2.list_secrets("")["data"]["keys"] == ["k"]
    assert [row["status"] for row in at.control.requests()] == [307, 200, 307, 200]
    assert len(at.control.effects("vault.secret_written")) == 1
    assert vault.sys.read_health_status(method="HEAD").status_code == 429


@check(18, "a client with the schedule of Go's goes on after two 503s, and asks once where that does not help")
def schedule(at: At) -> None:
    def as_go_does(path: str, body: object = None) -> tuple[int, int]:
        """Three attempts, for 412, 429 and 5xx but 501 (api/client.go); its pauses are shortened to nothing."""
        for tries in range(1, 4):
            status, _, _ = plainly(at, "POST" if body else "GET", path, body)
            if status not in (412, 429) and (status < 500 or status == 501):
                return status, tries
        return status, tries

    at.control.fault(match="POST /v1/secret/data/*", respond={"error": "node_is_not_active"}, sequence="FF")
    assert as_go_does("secret/data/k", {"data": {"x": 1}}) == (200, 3)
    assert len(at.control.effects("vault.secret_written")) == 1
    at.control.fault(match="GET /v1/secret/data/*", respond={"error": "uninitialized"}, sequence="F")
    assert as_go_does("secret/data/k") == (501, 1)
    at.control.fault(match="GET /v1/secret/data/*", respond={"error": "policy_denied"}, sequence="F")
    assert as_go_does("secret/data/k") == (403, 1)


@check(20, "texts are encrypted, read by old versions and rewrapped to the newest; a batch with one bad item is a 400")
def transit(at: At) -> None:
    vault = client(at).secrets.transit
    text = "aHVudGVyMg=="
    old = vault.encrypt_data("k", plaintext=text)["data"]["ciphertext"]
    vault.rotate_key("k")
    new = vault.rewrap_data("k", ciphertext=old)["data"]["ciphertext"]
    assert [each.split(":")[1] for each in (old, new)] == ["v1", "v2"]
    assert [vault.decrypt_data("k", ciphertext=each)["data"]["plaintext"] for each in (old, new)] == [text, text]
    vault.create_key("s", key_type="ed25519")
    signature = vault.sign_data("s", hash_input=text)["data"]["signature"]
    assert vault.verify_signed_data("s", text, signature=signature)["data"]["valid"] is True
    status, _, said = plainly(
        at, "POST", "transit/decrypt/k", {"batch_input": [{"ciphertext": old}, {"ciphertext": "x"}]}
    )
    assert status == 400
    assert "errors" not in said
    assert said["data"]["batch_results"][0] == {"plaintext": text}
    assert len(at.control.effects("vault.key_rotated")) == 1


@check(21, "what else a database engine and mounts are asked for")
def configured(at: At) -> None:
    vault = client(at)
    vault.sys.enable_secrets_engine("kv", path="old", options={"version": "1"})
    vault.secrets.kv.v1.create_or_update_secret("a/b", {"x": "1"}, mount_point="old")
    read = vault.secrets.kv.v1.read_secret("a/b", mount_point="old")
    assert (read["data"], read["lease_duration"], read["lease_id"]) == ({"x": "1"}, 2_764_800, "")
    assert vault.secrets.kv.v1.list_secrets("", mount_point="old")["data"]["keys"] == ["a/"]
    vault.secrets.kv.v1.delete_secret("a/b", mount_point="old")
    refused(exceptions.InvalidPath, lambda: vault.secrets.kv.v1.read_secret("a/b", mount_point="old"))
    assert "old/" in vault.sys.list_mounted_secrets_engines()["data"]
    refused(exceptions.InvalidRequest, lambda: vault.sys.enable_secrets_engine("kv", path="old"))
    vault.sys.disable_secrets_engine("old")
    vault.sys.create_or_update_policy("reader", 'path "secret/data/*" { capabilities = ["read"] }')
    written(vault, "k", {"x": 1})
    mine = client(at, vault.auth.token.create(policies=["reader"], ttl="1m")["auth"]["client_token"])
    assert mine.secrets.kv.v2.read_secret_version("k", raise_on_deleted_version=True)["data"]["data"] == {"x": 1}
    refused(exceptions.Forbidden, lambda: written(mine, "k", {"x": 2}))
    vault.secrets.database.create_role("rw", "sim-db", ["CREATE"], default_ttl="30s", max_ttl="1m")
    assert vault.secrets.database.generate_credentials("rw")["lease_duration"] == 30
    error = refused(exceptions.InternalServerError, lambda: vault.secrets.database.generate_credentials("ro-down"))
    assert error.errors == ["1 error occurred:\n\t* connection refused\n\n"]


@check(22, "five wrong passwords lock a user out, right ones included")
def lockout(at: At) -> None:
    vault = hvac.Client(url=at.url)
    assert vault.auth.userpass.login("bob", "pw")["auth"]["metadata"] == {"username": "bob"}
    for _ in range(5):
        error = refused(exceptions.InvalidRequest, lambda: vault.auth.userpass.login("bob", "no"))
        assert error.errors == ["invalid username or password"]
    assert refused(exceptions.Forbidden, lambda: vault.auth.userpass.login("bob", "pw")).errors == ["permission denied"]
    at.control.advance(901)
    assert vault.auth.userpass.login("bob", "pw")["auth"]["client_token"]
    assert len(at.control.effects("vault.user_locked")) == 1


if __name__ == "__main__":
    main()
