"""What auth says of itself: GET /health, /settings, /.well-known/jwks.json."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.auth.work import Work
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.signing import key_set as public_keys

VERSION: Final = "v2.180.0"
_PROVIDERS: Final = (
    "apple", "azure", "bitbucket", "discord", "facebook", "snapchat", "figma", "fly", "github", "gitlab", "google",
    "keycloak", "kakao", "linkedin", "linkedin_oidc", "notion", "spotify", "slack", "slack_oidc", "workos", "twitch",
    "twitter", "zoom",
)  # fmt: skip


def health(call: Call, account: Account[State]) -> Reply:
    """GET /health."""
    about = {
        "version": VERSION,
        "name": "GoTrue",
        "description": "GoTrue is a user registration and authentication API",
    }
    return Work(call, account).reply(about)


def settings(call: Call, account: Account[State]) -> Reply:
    """GET /settings: how one may sign in."""
    work = Work(call, account)
    ways = dict.fromkeys(_PROVIDERS, False)
    ways |= {"anonymous_users": work.setup.anonymous, "email": work.setup.email, "phone": work.setup.phone}
    return work.reply(
        {
            "external": ways,
            "disable_signup": not work.setup.signup,
            "mailer_autoconfirm": work.setup.autoconfirm,
            "phone_autoconfirm": work.setup.phone_autoconfirm,
            "sms_provider": "twilio",
            "saml_enabled": False,
        }
    )


def key_set(call: Call, account: Account[State]) -> Reply:
    """GET /.well-known/jwks.json: asymmetric keys only, and a project with a secret alone has none."""
    headers = {"cache-control": "public, max-age=600"}
    return Work(call, account).reply({"keys": public_keys(account)}, headers=headers)
