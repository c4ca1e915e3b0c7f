"""The real product, started as its users start it, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from e2e.product import PASSWORD, Product

CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
START_SECONDS = 300
# Two cores carry the product, its servers, its worker and the browser.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def product(open_folder: Path) -> Iterator[Product]:
    """`loanbroker up` with an own data folder: embedded servers, demo data, API, worker, SPA."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOANBROKER_") or name == "LOANBROKER_CHROMIUM"}
    environment |= {"LOANBROKER_PORT": str(port), "LOANBROKER_DATA_DIR": str(open_folder / "product"), "LOANBROKER_DEMO_PASSWORD": PASSWORD}
    log = open_folder / "product.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "loanbroker_api.cli", "up"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _until_ready(running, port, log)
        yield Product(port, log)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=30)


def _until_ready(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while b"/graphiql" not in log.read_bytes():  # the last line of the greeting
        assert running.poll() is None, log.read_text()[-3_000:]
        assert time.monotonic() < deadline, log.read_text()[-3_000:]
        time.sleep(0.2)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = (
        os.environ.get("LOANBROKER_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    assert found, "no chromium: scripts/browser.sh installs one"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGS)
        yield launched
        launched.close()
