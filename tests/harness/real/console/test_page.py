"""The page in a real browser: what is clicked on is what a vendor's official client sees."""

import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
import stripe

from brownout_harness.progress import Progress
from brownout_harness.real.console.beside_run import BesideRun
from brownout_harness.real.console.web_console import WebConsole
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load
from tests.harness.real.console.conftest import Street
from tests.support.absent import absent
from tests.support.browser import Tab, browser

pytestmark = pytest.mark.real

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
UNAVAILABLE = "tr[data-vendor=stripe] [data-switch=unavailable]"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        absent("chromium is not installed: the console's page is not tried")
    with browser(executable, tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture
def page(street: Street, tab: Tab) -> Iterator[Tab]:
    """The console over both vendors, open; it says nothing that a developer would have to look at."""
    console = WebConsole()
    console.over(street.processes)
    url = console.start(0)
    tab.said.clear()
    tab.open(f"{url}/")
    tab.until(f"location.href.startsWith('{url}') && document.querySelectorAll('.vendors tbody tr').length == 2")
    yield tab
    console.stop()
    tab.until("document.querySelector('#live').innerText == 'lost'")
    tab.open("about:blank")
    asked = {each["params"]["request"]["url"] for each in tab.said if each["method"] == "Network.requestWillBeSent"}
    assert {address for address in asked if not address.startswith((url, "data:", "about:"))} == set()
    thrown = [each for each in tab.said if each["method"] == "Runtime.exceptionThrown"]
    assert thrown == []


def view(page: Tab, name: str) -> None:
    page.js(f"location.hash = '#/{name}'")
    page.until(f"document.querySelector('nav [aria-current=page]').hash == '#/{name.split('/', maxsplit=1)[0]}'")


def send_mail(street: Street, **mail: Any) -> None:
    key = street.mails.simulator.vendor.test_key("default")
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "User-Agent": "test"}
    body = {"from": "a@sim.test", "to": ["b@sim.test"], **mail}
    with urlopen(Request(f"{street.mails.url}/emails", json.dumps(body).encode(), headers)) as answer:  # noqa: S310
        assert answer.status == 200


def test_a_fault_that_is_clicked_on_is_what_the_official_client_sees_until_it_is_clicked_off(
    page: Tab, street: Street
) -> None:
    assert street.pay().status == "succeeded"
    page.click(UNAVAILABLE)
    page.until(f"document.querySelector('{UNAVAILABLE}').ariaPressed == 'true'")
    with pytest.raises(stripe.APIError) as refused:
        street.pay()
    assert refused.value.http_status == 503
    page.until(f"document.querySelector('{UNAVAILABLE}').innerText == '503 1'")
    page.click(UNAVAILABLE)
    page.until(f"document.querySelector('{UNAVAILABLE}').ariaPressed == 'false'")
    assert street.pay().status == "succeeded"


def test_everything_can_be_done_from_the_keyboard(page: Tab, street: Street) -> None:
    page.press("j")
    page.press("Enter")
    page.press("ArrowRight")
    assert page.js("document.activeElement.dataset.switch") == "unavailable"
    page.press("Enter")
    page.until(f"document.querySelector('{UNAVAILABLE}').ariaPressed == 'true'")
    with pytest.raises(stripe.APIError):
        street.pay("op-5")
    page.press("Escape")
    page.press("2")
    page.until("document.querySelectorAll('.list tbody tr').length == 1")
    page.press("/")
    assert page.js("document.activeElement.type") == "search"
    page.press("Escape")
    page.press("j")
    page.until("document.querySelector('aside').innerText.includes('metadata[operation_id]=op-5')")
    assert "[hidden]" in page.js("document.querySelector('aside').innerText")
    page.press("Escape")
    assert page.js("document.querySelector('aside').hidden") is True
    page.press("?")
    page.until("document.querySelector('dialog').open")
    page.press("Escape")
    page.until("!document.querySelector('dialog').open")


def test_whatever_callers_write_is_text(page: Tab, street: Street) -> None:
    street.pay("op-1", note=EVIL)
    send_mail(street, subject=EVIL, html=EVIL + "<p id=mail>hello</p>", text=EVIL)
    street.at(street.payments).ask("POST", "faults", body={"id": EVIL, "match": "GET /v1/charges", "hang": {}})
    page.until(f"document.querySelector('.faults').innerText.includes({json.dumps(EVIL)})")
    view(page, "requests")
    page.until("document.querySelectorAll('.list tbody tr').length == 2")
    page.press("j")
    page.press("j")
    page.until("document.querySelector('aside pre')")
    view(page, "ledger")
    page.until("document.querySelectorAll('.list tbody tr').length >= 2")
    page.press("j")
    view(page, "inbox")
    page.until(f"document.querySelector('.list td.wide').innerText.includes({json.dumps(EVIL)})")
    page.press("j")
    page.until("document.querySelector('aside iframe') && document.querySelector('aside pre')")
    assert page.js("document.querySelector('aside iframe').contentDocument") is None
    view(page, f"operation/{EVIL.replace('/', '%2F').replace(chr(39), '%27')}")
    page.until(f"document.querySelector('main').innerText.includes({json.dumps(EVIL)})")
    assert page.js("document.querySelectorAll('main img, main script').length") == 0
    assert "owned" not in page.js("document.title").replace(EVIL, "")


def test_webhooks_are_held_back_put_in_another_order_and_sent(page: Tab, street: Street) -> None:
    payments = street.payments
    street.at(payments).ask("POST", "receivers", body={"url": f"{payments.receiver_url}/hook"})
    street.at(payments).ask("PUT", "webhooks", body={"hold": True})
    street.pay()
    view(page, "webhooks")
    page.until("document.querySelectorAll('.held li').length == 3")
    first, second, third = page.js("[...document.querySelectorAll('.held b')].map((each) => each.innerText)")
    page.click(".held li:nth-child(2) button")
    page.until(f"document.querySelector('.held b').innerText == {json.dumps(second)}")
    page.click("section button.main")
    came = [json.loads(payments.next_webhook().body)["type"] for _ in range(3)]
    assert came == [second, first, third]
    page.until("document.querySelectorAll('section tbody button').length == 3")
    page.click("section tbody button")
    again = json.loads(payments.next_webhook().body)["type"]
    assert again == third


def test_what_could_not_be_switched_is_said(page: Tab, street: Street) -> None:
    page.until("document.querySelector('#live').innerText == 'live'")
    street.pay()
    page.do("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
    try:
        page.js("fetch('/api/switches').catch(() => 'offline')")
        page.click(UNAVAILABLE)
        page.until("document.querySelector('#notice').innerText.includes('does not answer')")
    finally:
        page.do(
            "Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )


def test_beside_a_run_its_timeline_is_shown_and_nothing_can_be_switched(tab: Tab, street: Street) -> None:
    beside = BesideRun()
    tab.open(f"{beside.console.start(0)}/")
    try:
        tab.until("document.querySelector('main').innerText.includes('has not begun')")
        beside.begins(load("stripe-brownout", vocabulary()), street.processes)
        look = beside.along_with(lambda _look: None)
        look(Progress(phase="brownout", at_s=30.0, duration_s=100.0, achieved_per_s=40.0, breakers={"stripe": "open"}))
        beside.deed(31.0, EVIL)
        tab.until("document.querySelectorAll('.phase').length == 3 && document.querySelector('.told li')")
        assert "30 of 100 s" in tab.js("document.querySelector('.factbox').innerText")
        assert EVIL in tab.js("document.querySelector('.told').innerText")
        assert tab.js("document.querySelectorAll('main img').length") == 0
        tab.press("1")
        tab.until("document.querySelectorAll('.switch').length > 2")
        assert tab.js("[...document.querySelectorAll('main button')].every((each) => each.disabled)") is True
    finally:
        tab.open("about:blank")
        beside.console.stop()
