"""Tokens, and the cards that customers have of them: the older way, which still pays invoices."""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud, nested, payment_methods
from brownout_simulators.vendors.stripe.card_fields import card_fields
from brownout_simulators.vendors.stripe.declared.belongings import CARD, EPHEMERAL_KEY, TOKEN
from brownout_simulators.vendors.stripe.magic import TOKENS, Card
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, merged

BRANDS: Final = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}
EXPIRES_S: Final = 3_600


def card_behind(work: Work, token: object, param: str) -> Card:
    """The card of a test token, or of a token that was made here and not used yet."""
    card = TOKENS.get(token) if isinstance(token, str) else None
    if card is not None:
        return card
    made = work.state.of["token"].get(token) if isinstance(token, str) else None
    if made is None:
        raise errors.no_such(work.call, "token", str(token), param, in_path=False)
    if made["used"]:
        message = f"You cannot use a Stripe token more than once: {token}."
        raise errors.invalid(work.call, param, message, "token_already_used")
    work.change(made, {"used": True})
    return work.state.cards[made["card"]["id"]]


def _shown(work: Work, card: Card) -> Object:
    """A card as a source, with the card that it is known by."""
    shown, fields = CARD.copy(), card_fields(card)
    shown.update({name: fields[name] for name in ("country", "exp_month", "exp_year", "fingerprint", "funding")})
    shown.update(
        id=work.id("card_"),
        brand=BRANDS.get(card.brand, card.brand.capitalize()),
        cvc_check=fields["checks"]["cvc_check"],
        last4=card.last4,
    )
    work.state.cards[shown["id"]] = card
    return shown


def add(work: Work, customer: Object, token: object, *, is_default: bool, metadata: Any = None) -> Object:
    """Store the card of a token with a customer. It pays as a payment method of the same id does."""
    card = card_behind(work, token, "source")
    payment_methods.require_attachable(work, card)
    source = _shown(work, card)
    source.update(customer=customer["id"], metadata=merged({}, metadata))
    work.keep(source)
    payment_methods.mint(work, card, id=source["id"], customer=customer["id"])
    if is_default or customer["default_source"] is None:
        work.change(customer, {"default_source": source["id"]})
    work.emit("customer.source.created", source)
    return source


def create(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/customers/{id}/sources."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/customers/{id}/sources"])
    customer = crud.alive(work, RESOURCES["customer"])
    if given.get("source") is None:
        raise errors.missing(call, "source")
    return work.reply(add(work, customer, given["source"], is_default=False, metadata=given.get("metadata")))


def _leave(work: Work, source: Object, customer: Object) -> None:
    if customer["default_source"] == source["id"]:
        work.change(customer, {"default_source": None})
    method = work.state.of["payment_method"].get(source["id"])
    if method is not None:
        work.state.spent[method["id"]] = None
        work.change(method, {"customer": None})


def new_token(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/tokens: of a test card's number."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/tokens"])
    if given.get("card") is None:
        message = "Only tokens of cards are made here: give `card[number]`."
        raise errors.invalid(call, "card", message, "parameter_missing")
    card = payment_methods.described_card(work, given["card"], "card")
    token = TOKEN.copy()
    token.update(id=work.id("tok_"), card=_shown(work, card), created=work.now)
    return work.reply(work.keep(token))


def new_key(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/ephemeral_keys: its secret is shown once."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/ephemeral_keys"])
    _require_version(call)
    kinds = {"customer": "customer", "issuing_card": "issuing.card"}
    kinds["verification_session"] = "identity.verification_session"
    named = [(name, kind) for name, kind in kinds.items() if given.get(name)]
    if len(named) != 1:
        message = "Exactly one of customer, issuing_card or verification_session is needed."
        raise errors.invalid(call, "customer", message, "parameter_missing")
    for name, kind in named:
        work.find(kind, given[name], name)
    key = EPHEMERAL_KEY.copy()
    key.update(id=work.id("ephkey_"), created=work.now, expires=work.now + EXPIRES_S)
    work.keep(key)
    return work.reply({**key, "secret": work.id("ek_test_", 60)})


def _require_version(call: Call) -> None:
    if "stripe-version" not in call.headers:
        message = "You must set the Stripe-Version header to the version of the SDK that will use the key."
        raise Refused(errors.error(call, 400, message))


ROUTES: Final = (
    crud.route("POST", "/v1/tokens", new_token),
    *crud.routes("token"),
    crud.route("POST", "/v1/ephemeral_keys", new_key),
    crud.deletion("ephemeral_key"),
    crud.route("POST", "/v1/customers/{id}/sources", create),
    *nested.routes("card", "customer", "customer", leave=_leave, does="retrieve update list delete"),
)
