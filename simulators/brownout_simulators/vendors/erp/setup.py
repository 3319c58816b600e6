"""What a company's administrators would have set up: its base data, how strict it is, when it is maintained.

setup: {erp: {time_scale: 60, quirk: odoo, maintenance: [{start_s: 20, for_s: 5}]}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.spelling import named, nearest, shown
from brownout_simulators.vendor import Setup

QUIRKS: Final = ("none", "netsuite", "odoo", "frappe")
MOST: Final = 1e9
DEFAULT_SCALE: Final = 60.0
"""An ERP's minutes are seconds here: the vendor's eight minutes are eight seconds."""

ITEMS: Final = (
    ("FLT-20x25", "Air filter 20 x 25", 18.99),
    ("CAP-45-5", "Run capacitor 45/5", 24.50),
    ("THR-SMART", "Smart thermostat", 149.00),
    ("VLV-34", "Valve 3/4", 12.95),
    ("LAB-HOUR", "Labour, one hour", 95.00),
)
STOCK: Final = 1_000_000
CUSTOMERS: Final = (("10000", "Adatum Corporation"), ("20000", "Trey Research"), ("30000", "School of Fine Art"))
VENDORS: Final = (("V10000", "Fabrikam, Inc."), ("V20000", "First Up Consultants"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the environment is maintained, on the simulator's clock."""

    start_s: float
    for_s: float
    every_s: float = 0.0
    """0: once."""

    def around(self, now_s: float) -> tuple[float, float]:
        """Beginning and end of the window that is on now, or comes next; of one that is over, of that one."""
        start_s = self.start_s
        if self.every_s and now_s >= start_s + self.for_s:
            start_s += self.every_s * -(-(now_s - start_s - self.for_s) // self.every_s)
            if start_s + self.for_s <= now_s:
                start_s += self.every_s
        return start_s, start_s + self.for_s


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSetup:
    """How asynchronous jobs fare. Shares are of all jobs."""

    work_s: float = 1.0
    """How long the work on one takes."""
    lost: float = 0.0
    stuck: float = 0.0
    double_run: float = 0.0
    location_relative: bool = False
    retry_after_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpSetup:
    """One company's, as its accounts see it."""

    items: tuple[Mapping[str, Any], ...]
    customers: tuple[Mapping[str, Any], ...]
    vendors: tuple[Mapping[str, Any], ...]
    quirk: str = "none"
    time_scale: float = DEFAULT_SCALE
    missing_if_match: int = 428
    etag_stale: int = 412
    same_key: int = 400
    unique_external_doc: bool = False
    page_size: int = 20_000
    posting_s: float = 1.2
    etag_storm_s: float = 0.0
    batch_commits: int = 0
    webhook_handshake: bool = True
    webhooks_expire: bool = False
    maintenance: tuple[Window, ...] = ()
    jobs: JobSetup = JobSetup()

    def scaled(self, seconds: float) -> float:
        """What takes an ERP so long, here."""
        return seconds / self.time_scale


ABOUT: Final[Mapping[str, str]] = {
    "items": "[{number: PUMP, displayName: Pump, inventory: 5, unitPrice: 10}]; else five, a million of each",
    "customers": "[{number: '10000', displayName: Adatum}]; else three",
    "vendors": "[{number: V1, displayName: Fabrikam}]; else two",
    "quirk": "none, or errors as another system has them: netsuite (400 is a conflict), odoo (200 is an error), frappe",
    "time_scale": "how much faster than a real one's its durations are (60)",
    "missing_if_match": "428 or 400 for a change without If-Match (428)",
    "etag_stale": "412 or 409 for an If-Match that is stale (412)",
    "same_key": "400 or 409 for a key that is taken (400)",
    "unique_external_doc": "an externalDocumentNumber is one document's only (false)",
    "page_size": "entities on a page (20000; 200 is the compact profile)",
    "posting_s": "the median of posting a document (1.2)",
    "etag_storm_s": "another writer changes every entity's ETag so often; 0: nobody does (0)",
    "batch_commits": "a batch is lost (502) with so many of its requests committed; 0: none is (0)",
    "webhook_handshake": "false: a subscription is taken without one (true)",
    "webhooks_expire": "true: subscriptions go silently (false)",
    "maintenance": "windows: [{start_s: 20, for_s: 5, every_s: 60}], on the simulator's clock",
    "jobs": "{work_s: 1, lost: 0.1, stuck: 0.1, double_run: 0.1, location_relative: true, retry_after_missing: true}",
}


class _Fields:
    """One object's fields: each is asked for, the rest objected to."""

    def __init__(self, given: Any, place: str, known: tuple[str, ...]) -> None:
        if not isinstance(given, Mapping):
            raise ValueError(f"{place}: an object is needed, got {shown(given)}")  # noqa: TRY004  what a setup raises
        self._given, self._place = given, f"{place}." if place else ""
        for name in given:
            if name not in known:
                near = nearest(str(name), known)
                hint = f"; did you mean {near}?" if near else f"; there are {', '.join(known)}"
                raise ValueError(f"{self._place}{named(str(name))}: no such key{hint}")

    def number(self, name: str, default: float, least: float = 0.0, most: float = MOST) -> float:
        value = self._given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"{self._place}{name}: a number from {least:g} to {most:g}, got {shown(value)}")
        return float(value)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self.number(name, default, least, most)
        if not value.is_integer():
            raise ValueError(f"{self._place}{name}: a whole number, got {shown(value)}")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self._given.get(name, default)
        if not isinstance(value, bool):
            raise ValueError(f"{self._place}{name}: true or false, got {shown(value)}")  # noqa: TRY004
        return value

    def choice(self, name: str, default: Any, choices: tuple[Any, ...]) -> Any:
        value = self._given.get(name, default)
        if isinstance(value, bool) or value not in choices:
            raise ValueError(f"{self._place}{name}: one of {', '.join(map(str, choices))}, got {shown(value)}")
        return value

    def text(self, name: str) -> str:
        value = self._given.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= 100:
            raise ValueError(f"{self._place}{name}: a text of 1 to 100 characters, got {shown(value)}")
        return value

    def items(self, name: str) -> list[tuple[Any, str]] | None:
        """None where it is left out."""
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) > 1_000:
            raise ValueError(f"{self._place}{name}: a list of at most 1,000, got {shown(value)}")
        return [(each, f"{self._place}{name}[{number}]") for number, each in enumerate(value)]


def _read(given: Mapping[str, Any]) -> ErpSetup:
    fields = _Fields(given, "", tuple(ABOUT))
    windows = tuple(_window(each, place) for each, place in fields.items("maintenance") or ())
    return ErpSetup(
        items=_items(fields),
        customers=_people(fields, "customers", CUSTOMERS),
        vendors=_people(fields, "vendors", VENDORS),
        quirk=fields.choice("quirk", "none", QUIRKS),
        time_scale=fields.number("time_scale", DEFAULT_SCALE, 0.001, 1e6),
        missing_if_match=fields.choice("missing_if_match", 428, (428, 400)),
        etag_stale=fields.choice("etag_stale", 412, (412, 409)),
        same_key=fields.choice("same_key", 400, (400, 409)),
        unique_external_doc=fields.flag("unique_external_doc", False),
        page_size=fields.whole("page_size", 20_000, 1, 20_000),
        posting_s=fields.number("posting_s", 1.2),
        etag_storm_s=fields.number("etag_storm_s", 0.0),
        batch_commits=fields.whole("batch_commits", 0, 0, 100),
        webhook_handshake=fields.flag("webhook_handshake", True),
        webhooks_expire=fields.flag("webhooks_expire", False),
        maintenance=windows,
        jobs=_jobs(given.get("jobs", {})),
    )


def _items(fields: _Fields) -> tuple[Mapping[str, Any], ...]:
    given = fields.items("items")
    if given is None:
        return tuple(
            {"number": number, "displayName": name, "unitPrice": price, "inventory": STOCK}
            for number, name, price in ITEMS
        )
    found = []
    for each, place in given:
        one = _Fields(each, place, ("number", "displayName", "unitPrice", "inventory"))
        number = one.text("number")
        name = one.text("displayName") if "displayName" in each else number
        price, stock = one.number("unitPrice", 1.0), one.number("inventory", STOCK)
        found.append({"number": number, "displayName": name, "unitPrice": price, "inventory": stock})
    return _of_one_number_each(found, "items")


def _people(fields: _Fields, name: str, default: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, Any], ...]:
    given = fields.items(name)
    if given is None:
        return tuple({"number": number, "displayName": called} for number, called in default)
    found = []
    for each, place in given:
        one = _Fields(each, place, ("number", "displayName"))
        found.append({"number": one.text("number"), "displayName": one.text("displayName")})
    return _of_one_number_each(found, name)


def _of_one_number_each(found: list[dict[str, Any]], name: str) -> tuple[Mapping[str, Any], ...]:
    numbers = [each["number"] for each in found]
    for place, number in enumerate(numbers):
        if len(number) > 20 or number in numbers[:place]:
            raise ValueError(f"{name}[{place}].number: at most 20 characters, and no other's, got {shown(number)}")
    return tuple(found)


def _window(given: Any, place: str) -> Window:
    fields = _Fields(given, place, ("start_s", "for_s", "every_s"))
    window = Window(
        start_s=fields.number("start_s", 0.0), for_s=fields.number("for_s", 60.0), every_s=fields.number("every_s", 0.0)
    )
    if window.every_s and window.every_s <= window.for_s:
        raise ValueError(f"{place}.every_s: more than for_s, got {shown(window.every_s)}")
    return window


def _jobs(given: Any) -> JobSetup:
    names = ("work_s", "lost", "stuck", "double_run", "location_relative", "retry_after_missing")
    fields = _Fields(given, "jobs", names)
    return JobSetup(
        work_s=fields.number("work_s", 1.0),
        lost=fields.number("lost", 0.0, 0.0, 1.0),
        stuck=fields.number("stuck", 0.0, 0.0, 1.0),
        double_run=fields.number("double_run", 0.0, 0.0, 1.0),
        location_relative=fields.flag("location_relative", False),
        retry_after_missing=fields.flag("retry_after_missing", False),
    )


SETUP: Final = Setup(read=_read, about=ABOUT)


def setup_of(account: Account[Any]) -> ErpSetup:
    """The account's."""
    setup: ErpSetup = account.setup
    return setup
