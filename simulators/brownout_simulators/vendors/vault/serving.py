"""A call that brings a token: what its policies allow, how often it may be used, and whether the answer is wrapped."""

from collections.abc import Callable

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault.access import token_of
from brownout_simulators.vendors.vault.errors import refuse, under_v1
from brownout_simulators.vendors.vault.lives import end_token, use
from brownout_simulators.vendors.vault.policies import allows
from brownout_simulators.vendors.vault.resources import State, Token
from brownout_simulators.vendors.vault.wrapping import TTL_HEADER, wrapped

Action = Callable[[Call, Account[State]], Reply]


def with_token(action: Action, method: str) -> Action:
    """The action as whoever brings a token gets it; `method` as policies see it, `LIST` of a GET that lists."""

    def served(call: Call, account: Account[State]) -> Reply:
        token = token_of(call, account)
        if not token.is_root and not allows(account.state, token.policies, method, under_v1(call)):
            raise refuse("policy_denied")
        if token.num_uses:
            return _counted(action, call, account, token)
        reply = action(call, account)
        return reply if TTL_HEADER not in call.headers else wrapped(call, account, reply)

    return served


def without_token(action: Action) -> Action:
    """The same of a login."""

    def served(call: Call, account: Account[State]) -> Reply:
        reply = action(call, account)
        return reply if TTL_HEADER not in call.headers else wrapped(call, account, reply)

    return served


def _counted(action: Action, call: Call, account: Account[State], token: Token) -> Reply:
    """A refusal is a use, too."""
    is_last = use(token)
    try:
        reply = action(call, account)
    except Refused as refused:
        reply = refused.reply
    if TTL_HEADER in call.headers:
        reply = wrapped(call, account, reply)
    if is_last:
        reply.effects = (*reply.effects, *end_token(account, token, "vault.token_revoked"))
    return reply
