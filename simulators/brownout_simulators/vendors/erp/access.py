"""Who calls and what they sent: client credentials, opaque tokens, bodies; and the company, opened on first use."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.oauth import client_credentials, client_of, token_for
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.erp.errors import ERRORS, asks_for_a_token, oauth_error, refuse
from brownout_simulators.vendors.erp.instants import guid, instant, new_guid
from brownout_simulators.vendors.erp.maintenance import turn_away
from brownout_simulators.vendors.erp.resources import State, Token
from brownout_simulators.vendors.erp.setup import setup_of

LIFETIME_S: Final = 3_599.0
_PREFIX: Final = "erp_at_"


def company_of(client_id: str) -> str:
    """The id of a client's company: the same for ever."""
    return guid(hashlib.blake2b(client_id.encode(), digest_size=16, person=b"company").hexdigest())


def tenant_of(client_id: str) -> str:
    """Its tenant, as the environment names it; the simulator takes any."""
    return guid(hashlib.blake2b(client_id.encode(), digest_size=16, person=b"tenant").hexdigest())


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object, or the token endpoint's form; a batch in parts is read where it is carried out."""
    if not call.body or call.method == "GET":
        return {}
    if asks_for_a_token(call.path):
        return dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind == "multipart/mixed" and call.path.endswith("/$batch"):
        return {}
    if not kind.endswith("json"):
        raise ValueError(f"JSON is needed, got {kind[:80]}")
    body = orjson.loads(call.body)
    if not isinstance(body, dict):
        raise ValueError("an object is needed")  # noqa: TRY004 - what the engine catches
    return body


def authenticate(call: Call) -> Credential:
    """The client, by its credentials at the token endpoint, by the token that names it everywhere else."""
    if asks_for_a_token(call.path):
        return Credential(_credentials(call)[0])
    client_id = client_of(_bearer(call), prefix=_PREFIX)
    if not client_id:
        raise Refused(ERRORS.unauthenticated(call))
    return Credential(client_id)


def admit(call: Call, account: Account[State]) -> None:
    """No maintenance, the client's secret or the token's life, and the company that the path names."""
    turn_away(call, account)
    state = account.state
    if not state.company_id:
        _open(account)
    if asks_for_a_token(call.path):
        secret = _credentials(call)[1]
        if not state.secret:
            state.secret = secret
        elif state.secret != secret:
            raise Refused(ERRORS.unauthenticated(call))
        return
    token = state.tokens.get(_bearer(call))
    if token is None or account.clock() >= token.expires_s or token.tenant != call.params.get("tenant", token.tenant):
        raise Refused(ERRORS.token_expired(call))
    company = call.params.get("company")
    if company is not None and company.strip("'").lower() != state.company_id:
        raise refuse(call, "Internal_RecordNotFound", "The company does not exist.", target="companies")


def issue_token(call: Call, account: Account[State]) -> Reply:
    """POST /{tenant}/oauth2/v2.0/token: client credentials in, opaque token out."""
    grant = call.data.get("grant_type", "")
    if not grant:
        return oauth_error(400, "invalid_request", 900144, "The request body must contain: 'grant_type'.")
    if grant != "client_credentials":
        return oauth_error(400, "unsupported_grant_type", 70003, f"The grant type {grant[:40]!r} is not supported.")
    if not str(call.data.get("scope", "")).endswith("/.default"):
        return oauth_error(400, "invalid_scope", 1002012, "The scope must end with /.default.")
    value = token_for(account.name, prefix=_PREFIX, digits=account.ids.hexadecimal(32))
    account.state.tokens.add(value, Token(value, call.params["tenant"], account.clock() + LIFETIME_S))
    body = {"token_type": "Bearer", "expires_in": int(LIFETIME_S), "access_token": value}
    headers = {"content-type": "application/json; charset=utf-8", "cache-control": "no-store"}
    return Reply(200, orjson.dumps(body), headers)


def _open(account: Account[State]) -> None:
    """Put what is set up into a company that nobody has called yet."""
    state, setup = account.state, setup_of(account)
    state.company_id = company_of(account.name)
    changed = instant(account.wall_s())
    base: tuple[tuple[str, tuple[Mapping[str, Any], ...], Mapping[str, Any]], ...] = (
        ("customers", setup.customers, {"email": "", "phoneNumber": "", "blocked": " ", "balance": 0}),
        ("vendors", setup.vendors, {"email": "", "paymentTermsId": None, "balance": 0}),
        ("items", setup.items, {"baseUnitOfMeasureCode": "PCS"}),
    )
    for name, entities, usual in base:
        for entity in entities:
            id = new_guid(account)  # noqa: A001
            values = {"id": id, **usual, **entity, "lastModifiedDateTime": changed}
            state[name].add(id, values, account.clock())


def _bearer(call: Call) -> str:
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _credentials(call: Call) -> tuple[str, str]:
    found = client_credentials(call)
    if found is None:
        raise Refused(ERRORS.unauthenticated(call))
    return found
