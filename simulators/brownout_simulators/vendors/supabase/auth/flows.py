"""PKCE: a flow is begun with a challenge, a link hands out its code, and the verifier turns that into a session."""

import base64
import hashlib
import re
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth.errors import invalid, refuse
from brownout_simulators.vendors.supabase.auth.sessions import sign_in
from brownout_simulators.vendors.supabase.auth.state import Flow
from brownout_simulators.vendors.supabase.auth.users import User
from brownout_simulators.vendors.supabase.auth.work import Work

_CHALLENGE: Final = re.compile(r"[a-zA-Z0-9._~-]+")
_METHODS: Final = ("s256", "plain")


def wants_pkce(work: Work) -> bool:
    """Whether the call begins such a flow. 400 for a challenge that cannot be."""
    challenge, method = work.text("code_challenge"), work.text("code_challenge_method")
    if bool(challenge) != bool(method):
        raise invalid(work.call, "PKCE flow requires code_challenge_method and code_challenge")
    if not challenge:
        return False
    if not 43 <= len(challenge) <= 128:
        raise invalid(work.call, "code challenge has to be between 43 and 128 characters")
    if _CHALLENGE.fullmatch(challenge) is None:
        why = "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes"
        raise invalid(work.call, why)
    if method.lower() not in _METHODS:
        raise invalid(work.call, f'unsupported code_challenge method "{method}"')
    return True


def begin(work: Work, user: User, method: str) -> None:
    """Keep the call's challenge; `method` is what the flow is for: `email/signup`, `magiclink`, `recovery`, …"""
    flow = Flow(
        work.id(), user.id, method, work.text("code_challenge"), work.text("code_challenge_method").lower(), work.now_s
    )
    work.state.flows.add(flow.code, flow)
    user.flows[method] = flow.code


def hand_out(work: Work, user: User, method: str) -> str:
    """The code of the user's newest flow of a kind."""
    flow = work.state.flows.get(user.flows.get(method, ""))
    if flow is None:
        raise refuse(work.call, "flow_state_not_found", "No valid flow state found for user.", status=422)
    flow.issued_s = work.now_s
    return flow.code


def exchange(call: Call, work: Work) -> Reply:
    """POST /token?grant_type=pkce: code and verifier in, session out; the code is spent."""
    code, verifier = work.text("auth_code"), work.text("code_verifier")
    if not code or not verifier:
        raise invalid(call, "invalid request: both auth code and code verifier should be non-empty")
    flow = work.state.flows.get(code)
    user = None if flow is None else work.state.users.get(flow.user_id)
    if flow is None or user is None:
        raise refuse(call, "flow_state_not_found")
    since_s = flow.issued_s if flow.issued_s is not None and flow.method == "magiclink" else flow.created_s
    if work.now_s > since_s + work.setup.flow_expires_s:
        raise refuse(call, "flow_state_expired")
    if not _verifies(flow, verifier):
        raise refuse(call, "bad_code_verifier")
    work.state.flows.remove(code)
    body, headers = sign_in(work, user, flow.method)
    return work.reply(body, headers=headers)


def _verifies(flow: Flow, verifier: str) -> bool:
    if flow.challenge_method == "plain":
        return verifier == flow.challenge
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == flow.challenge
