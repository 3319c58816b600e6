"""Both servers, driven by `toxiproxy-python`."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
import toxiproxy.api

from brownout_harness.problems import BadInput
from brownout_harness.wire.driver import Driver, WireError
from tests.harness.wire.links import toxic
from tests.support.toxiproxies import OURS, REAL, Behind, answers, echo, free_port, port_of, running


@pytest.fixture(scope="module", params=[OURS, REAL])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with running(request.param) as server:
        yield Driver(server.url)


@pytest.fixture(scope="module")
def behind() -> Iterator[Behind]:
    server = Behind(echo)
    yield server
    server.close()


@pytest.mark.real
def test_a_proxy_and_its_toxics_are_made_changed_and_removed(driver: Driver, behind: Behind) -> None:
    listen = driver.create("a", f"127.0.0.1:{behind.port}")
    assert driver.listens() == {"a": listen}
    slow = toxic("latency", latency=100)
    driver.add("a", slow)
    driver.change("a", slow.changed({"jitter": 5}, toxicity=0.5))
    (seen,) = driver.toxics("a").values()
    assert (seen["attributes"], seen["toxicity"]) == ({"latency": 100, "jitter": 5}, 0.5)
    driver.remove("a", "latency")
    assert driver.toxics("a") == {}
    driver.disable("a")
    assert not answers(port_of(listen))
    driver.enable("a")
    assert answers(port_of(listen))
    driver.add("a", slow)
    driver.reset()
    assert driver.toxics("a") == {}
    driver.delete("a")
    assert driver.listens() == {}


@pytest.mark.real
def test_a_refusal_is_told_in_the_servers_words_with_its_status(driver: Driver, behind: Behind) -> None:
    listen = driver.create("a", f"127.0.0.1:{behind.port}")
    taken = "bind: address already in use"
    with pytest.raises(WireError, match=taken) as refused:  # what the library would tell as KeyError: 'name'
        driver.create("b", "127.0.0.1:9", listen=listen)
    assert refused.value.status == 500
    driver.add("a", toxic("noop"))
    refusals: list[tuple[Callable[[], None], int]] = [
        (lambda: driver.add("a", toxic("noop")), 409),
        (lambda: driver.remove("a", "none"), 404),
        (lambda: driver.disable("none"), 404),
    ]
    for refusal, status in refusals:
        with pytest.raises(WireError, match=r"^(toxic already exists|(toxic|proxy) not found)$") as refused:
            refusal()
        assert refused.value.status == status
    driver.delete("a")


@pytest.mark.real
def test_only_ours_keeps_books(driver: Driver) -> None:
    told = driver.connections()
    assert driver.version() == "2.12.0"
    assert (told is not None) is driver.is_ours
    assert told is None or told["forgotten"] == 0


@pytest.mark.real
def test_two_servers_in_one_process_are_not_mixed_up() -> None:
    with running(OURS) as one, running(OURS) as another:
        drivers = [Driver(one.url), Driver(another.url)]
        makers = [
            Thread(target=driver.create, args=(f"p{number}{of}", "127.0.0.1:9"))
            for of, driver in enumerate(drivers)
            for number in range(5)
        ]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        assert [{name[-1] for name in driver.listens()} for driver in drivers] == [{"0"}, {"1"}]
        assert (toxiproxy.api.APIConsumer.host, toxiproxy.api.APIConsumer.port) == ("127.0.0.1", 8474)


def test_where_nobody_answers_that_is_told_in_one_line() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(WireError, match=rf"^Toxiproxy at {url} does not answer: ConnectionError$"):
        Driver(url).version()


@pytest.mark.parametrize("url", ["http://toxiproxy.example:8474", "ftp://127.0.0.1:1", "8474"])
def test_only_this_machine_is_driven(url: str) -> None:
    with pytest.raises(BadInput, match=r"^Toxiproxy's URL "):
        Driver(url)


@pytest.mark.parametrize("name", ["a/b", "", "a?b", "é"])
def test_a_name_that_would_not_survive_a_path_is_refused(name: str) -> None:
    with pytest.raises(WireError, match=r"^a proxy or toxic is named by letters, digits and \._-, not "):
        Driver("http://127.0.0.1:1").create(name, "127.0.0.1:9")


def test_without_the_library_that_is_told_in_one_line() -> None:
    code = (
        "import sys; sys.modules['toxiproxy'] = None\n"
        "from brownout_harness.problems import BadInput, complain\n"
        "try:\n    import brownout_harness.wire.driver\nexcept BadInput as bad:\n    sys.exit(complain(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: to drive a Toxiproxy needs brownout[wire]: pip install 'brownout[wire]'")
    assert done.stderr.count("\n") == 1
