"""The dead letters' routes."""

from brownout_core.transport import Lost
from tests.core.fakes import After, reply
from tests.core.front_door.browser import ORDER, PAY, Browser, browse


def test_dead_letters_are_listed_shown_redriven_and_discarded() -> None:
    async def body(browser: Browser) -> None:
        browser.world.sales.always = reply(503, {})
        ids = []
        for number in range(4):
            _, answer, _ = await browser.ask("POST", "/v1/orders", ORDER, operation=f"op-{number}")
            ids.append(answer["dead_letter_id"])
        status, listed, _ = await browser.ask("GET", "/dead-letters?limit=3")
        assert (status, [each["id"] for each in listed["dead_letters"]]) == (200, ids[:3])
        assert listed["counts"]["pending"] == 4
        _, rest, _ = await browser.ask("GET", f"/dead-letters?after={listed['next_after']}")
        assert ([each["id"] for each in rest["dead_letters"]], rest["next_after"]) == ([ids[3]], None)
        _, shown, _ = await browser.ask("GET", f"/dead-letters/{ids[0]}")
        assert (shown["operation_id"], shown["payload"]["customer"]) == ("op-0", "Ada")
        assert (await browser.ask("DELETE", f"/dead-letters/{ids[3]}"))[0] == 204
        assert (await browser.ask("DELETE", f"/dead-letters/{ids[3]}"))[0] == 409
        browser.world.sales.always = None
        _, redriven, _ = await browser.ask("POST", f"/dead-letters/{ids[0]}/redrive")
        assert redriven["outcome"] == "done"
        _, redriven, _ = await browser.ask("POST", "/dead-letters/redrive", {"limit": 10})
        assert [each["id"] for each in redriven["redriven"]] == ids[1:3]
        assert set(redriven["redriven"][0]) == {"id", "outcome", "detail"}
        assert browser.world.sales.effects == ["op-0", "op-1", "op-2"]
        _, listed, _ = await browser.ask("GET", "/dead-letters?state=redriven&state=discarded")
        assert len(listed["dead_letters"]) == 4

    browse(body)


def test_letters_are_redriven_in_lots_each_once() -> None:
    async def body(browser: Browser) -> None:
        browser.world.sales.always = reply(503, {})
        ids = []
        for number in range(5):
            _, answer, _ = await browser.ask("POST", "/v1/orders", ORDER, operation=f"op-{number}")
            ids.append(answer["dead_letter_id"])
        _, lot, _ = await browser.ask("POST", "/dead-letters/redrive", {"limit": 2})
        assert (lot["stopped"], lot["next_after"], len(lot["redriven"])) == (True, ids[1], 2)
        browser.world.sales.always = None
        _, lot, _ = await browser.ask("POST", "/dead-letters/redrive", {"limit": 2, "after": ids[1]})
        assert [each["id"] for each in lot["redriven"]] == ids[2:4]
        assert (lot["stopped"], lot["next_after"]) == (False, ids[3])
        _, lot, _ = await browser.ask("POST", "/dead-letters/redrive", {"limit": 2, "after": ids[3]})
        assert ([each["outcome"] for each in lot["redriven"]], lot["next_after"]) == (["done"], None)
        _, lot, _ = await browser.ask("POST", "/dead-letters/redrive")
        assert [each["id"] for each in lot["redriven"]] == ids[:2]

    browse(body)


def test_a_letter_is_shown_with_these_names_and_its_payload_as_json() -> None:
    async def body(browser: Browser) -> None:
        browser.world.stripe.always = After(Lost())
        _, accepted, _ = await browser.ask("POST", "/v1/pay", PAY)
        _, shown, _ = await browser.ask("GET", f"/dead-letters/{accepted['dead_letter_id']}")
        assert (shown["flow"], shown["state"], shown["payload"]["amount"]) == ("pay", "pending", 1200)
        assert not {"lease_owner", "lease_until"} & set(shown)

    browse(body)
