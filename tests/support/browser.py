"""Chromium without a window, driven over its own protocol: one for a module's tests."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

LIMIT_S = 20.0
_WANTED = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-port=0",
)  # fmt: skip

# What the browser itself does at a key, it does by its number.
_NAMED: dict[str, dict[str, Any]] = {"Enter": {"text": "\r"}, "Escape": {"windowsVirtualKeyCode": 27}}


class Tab:
    """One page of it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._asked = 0
        self.said: list[dict[str, Any]] = []
        """What the page logged or threw, and what it fetched, as the protocol's events."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command, and its result."""
        self._asked += 1
        self._connection.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        deadline_s = time.monotonic() + LIMIT_S
        while True:
            said = json.loads(self._connection.recv(timeout=deadline_s - time.monotonic()))
            if said.get("id") == self._asked:
                assert "error" not in said, said["error"]
                result: dict[str, Any] = said["result"]
                return result
            self.said.append(said)

    def open(self, url: str) -> None:
        self.do("Page.navigate", url=url)

    def js(self, expression: str) -> Any:
        """What an expression comes to, a promise's value where it is one."""
        found = self.do("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait for an expression to be true of the page; its value."""
        wait = """new Promise((found, missed) => {
          const end = Date.now() + %d;
          const look = () => {
            let value;
            try { value = (%s) } catch {}
            if (value) found(value);
            else if (Date.now() > end) missed(new Error(document.body.innerText));
            else setTimeout(look, 20);
          };
          look();
        })"""
        return self.js(wait % (int(LIMIT_S * 1000), expression))

    def click(self, selector: str) -> None:
        """As a pointer does it: at the middle of the element."""
        place = f"document.querySelector({json.dumps(selector)})"
        self.until(place)
        box = self.js(
            f"(() => {{ const e = {place}; e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def press(self, key: str) -> None:
        """A key, as from the keyboard."""
        said: dict[str, Any] = {"key": key, "text": key} if len(key) == 1 else {"key": key, **_NAMED.get(key, {})}
        self.do("Input.dispatchKeyEvent", type="keyDown", **said)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, place: Path, *, width: int, height: int, dark: bool = False) -> None:
        """What it looks like, to look at."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.js("new Promise((done) => setTimeout(done, 150))")
        place.write_bytes(base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser(executable: str, folder: Path) -> Iterator[Tab]:
    """A browser of its own, with a profile in `folder`; ended, and with it all that it started."""
    log = (folder / "chromium.log").open("wb")
    command = [executable, *_WANTED, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    with log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            address = _address(folder / "profile" / "DevToolsActivePort", process)
            with connect(f"{address}", max_size=None, open_timeout=LIMIT_S) as whole:
                target = _page_of(whole)
            port = address.split("/")[2]
            with connect(f"ws://{port}/devtools/page/{target}", max_size=None) as connection:
                yield Tab(connection)
        finally:
            process.terminate()
            try:
                process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(told: Path, process: "subprocess.Popen[bytes]") -> str:
    """Where it listens, once it has said so."""
    deadline_s = time.monotonic() + LIMIT_S
    waiting = subprocess.TimeoutExpired
    while time.monotonic() < deadline_s:
        if told.exists() and len(lines := told.read_text().splitlines()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        try:
            process.wait(0.05)
        except waiting:
            continue
        break
    raise AssertionError(f"chromium did not start: exit code {process.returncode}")


def _page_of(whole: ClientConnection) -> str:
    whole.send(json.dumps({"id": 1, "method": "Target.getTargets", "params": {}}))
    while (said := json.loads(whole.recv(timeout=LIMIT_S))).get("id") != 1:
        pass
    return next(str(each["targetId"]) for each in said["result"]["targetInfos"] if each["type"] == "page")
