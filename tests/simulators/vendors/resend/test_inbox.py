"""The mails as a person looks at them."""

from brownout_simulators.hosts.pages import Shown, shown
from tests.simulators.vendors.resend.bench import ResendBench

EVIL = "<script>fetch('/_brownout/reset', {method: 'POST'})</script>"


def look(bench: ResendBench, path: str = "", query: str = "") -> Shown:
    page = shown(bench.simulator, "GET", f"/_brownout/inbox{path}", query)
    assert page is not None
    return page


def text(bench: ResendBench, path: str = "", query: str = "") -> str:
    return look(bench, path, query).body.decode()


def test_the_inbox_shows_every_mail_newest_first_with_its_state() -> None:
    bench = ResendBench()
    assert "No mails." in text(bench)
    bench.mail("a@sim.test", subject="First")
    bench.pass_time(10)
    bench.mail("b@sim.test", subject="Second")
    page = text(bench)
    assert page.index("Second") < page.index("First")
    assert "queued" in page
    assert "delivered" in page
    assert "First" not in text(bench, query="to=b%40sim.test")


def test_a_mail_is_shown_with_its_text_its_headers_and_what_happened_to_it() -> None:
    bench = ResendBench()
    email_id = bench.mail(
        text="plain words", headers={"X-A": "b"}, tags=[{"name": "k", "value": "v"}], reply_to="c@sim.test"
    )
    bench.pass_time(10)
    page = text(bench, f"/shop/{email_id}")
    for part in ("plain words", "X-A: b", "k=v", "c@sim.test", "queued → sent → delivered"):
        assert part in page
    assert f'<iframe sandbox="" title="The mail" src="/_brownout/inbox/shop/{email_id}/html">' in page


def test_what_a_mail_says_never_becomes_part_of_the_page() -> None:
    bench = ResendBench()
    email_id = bench.mail(
        subject=EVIL, text=EVIL, html=EVIL, headers={"X": EVIL}, reply_to=f"{'x'} <a@sim.test>",
        attachments=[{"filename": EVIL, "content": "aGk="}],
    )  # fmt: skip
    for page in (look(bench), look(bench, f"/shop/{email_id}")):
        assert b"<script" not in page.body
        assert "sandbox" not in page.headers["Content-Security-Policy"]
    for query in (f"to={EVIL}", f"team={EVIL}"):
        assert "<script" not in text(bench, query=query)


def test_its_html_is_as_it_was_sent_in_an_origin_of_its_own() -> None:
    bench = ResendBench()
    email_id = bench.mail(html=f"<h1>Hi</h1>{EVIL}")
    page = look(bench, f"/shop/{email_id}/html")
    assert page.body.decode() == f"<h1>Hi</h1>{EVIL}"
    assert "sandbox" in page.headers["Content-Security-Policy"].split("; ")


def test_more_than_a_page_of_mails_is_turned() -> None:
    bench = ResendBench()
    ids = [bench.mail(subject=f"mail {n}") for n in range(150)]
    first = text(bench)
    assert first.count("mail ") == 100
    assert f"before={ids[50]}" in first
    older = text(bench, query=f"team=shop&before={ids[50]}")
    assert older.count("mail ") == 50


def test_what_is_not_there_is_not_shown() -> None:
    bench = ResendBench()
    email_id = bench.mail()
    for path in ("/shop/none", f"/other/{email_id}", f"/shop/{email_id}/text"):
        assert look(bench, path).status == 404
