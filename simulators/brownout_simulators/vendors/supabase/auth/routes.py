"""The table of auth's routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.auth import (
    about,
    administering,
    asking,
    factors,
    links,
    self_service,
    signing_in,
    signing_up,
    verifying,
)
from brownout_simulators.vendors.supabase.resources import State

# Where a user signs in or asks to, the bearer is the project's key, which does not expire as tokens do: `grants`.
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/auth/v1/signup", signing_up.sign_up, grants=True),
    Route("POST", "/auth/v1/token", signing_in.token, grants=True),
    Route("POST", "/auth/v1/otp", asking.otp, grants=True),
    Route("POST", "/auth/v1/magiclink", asking.magic_link, grants=True),
    Route("POST", "/auth/v1/recover", asking.recover, grants=True),
    Route("POST", "/auth/v1/resend", asking.resend, grants=True),
    Route("GET", "/auth/v1/reauthenticate", asking.reauthenticate),
    Route("POST", "/auth/v1/verify", verifying.verify, grants=True),
    Route("GET", "/auth/v1/verify", verifying.follow, grants=True),
    Route("GET", "/auth/v1/user", self_service.show),
    Route("PUT", "/auth/v1/user", self_service.change),
    Route("DELETE", "/auth/v1/user/identities/{id}", self_service.unlink),
    Route("POST", "/auth/v1/logout", self_service.log_out),
    Route("POST", "/auth/v1/factors", factors.enroll),
    Route("POST", "/auth/v1/factors/{id}/challenge", factors.challenge),
    Route("POST", "/auth/v1/factors/{id}/verify", factors.verify),
    Route("DELETE", "/auth/v1/factors/{id}", factors.unenroll),
    Route("POST", "/auth/v1/invite", links.invite),
    Route("GET", "/auth/v1/admin/users", administering.list_users),
    Route("POST", "/auth/v1/admin/users", administering.create),
    Route("GET", "/auth/v1/admin/users/{id}", administering.show),
    Route("PUT", "/auth/v1/admin/users/{id}", administering.change),
    Route("DELETE", "/auth/v1/admin/users/{id}", administering.delete),
    Route("GET", "/auth/v1/admin/users/{id}/factors", factors.list_of_user),
    Route("PUT", "/auth/v1/admin/users/{id}/factors/{factor}", factors.rename),
    Route("DELETE", "/auth/v1/admin/users/{id}/factors/{factor}", factors.delete),
    Route("POST", "/auth/v1/admin/generate_link", links.generate_link),
    Route("GET", "/auth/v1/health", about.health),
    Route("GET", "/auth/v1/settings", about.settings),
    Route("GET", "/auth/v1/.well-known/jwks.json", about.key_set),
)
