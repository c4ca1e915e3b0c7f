"""What the browser tests know of the running product."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect

from support.webhooks import signed

PASSWORD = "demo-of-the-browser-tests"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = Path(__file__).parents[2] / "test-results"


@dataclass(frozen=True)
class Product:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def api(self, username: str) -> httpx.Client:
        """A signed-in client of the API."""
        base = f"http://127.0.0.1:{self.port}/api/v1"
        body = {"tenant": "demo", "username": username, "password": PASSWORD, "client": "api"}
        token = httpx.post(f"{base}/auth/login", json=body, timeout=30).raise_for_status().json()["accessToken"]
        return httpx.Client(base_url=base, timeout=30, headers={"authorization": f"Bearer {token}"})

    def only_on_duty(self, username: str) -> dict[str, Any]:
        """Take everyone else of the employee's team off duty; answers the team."""
        with self.api("admin") as admin:
            people = admin.get("/employees", params={"limit": 200, "active": True}).raise_for_status().json()["items"]
        mine = next(person for person in people if person["username"] == username)
        for person in people:
            if person["orgUnit"]["id"] == mine["orgUnit"]["id"]:
                with self.api(person["username"]) as client:
                    client.put("/me/duty", json={"onDuty": person["username"] == username}).raise_for_status()
        return mine["orgUnit"]

    def channel(self, team_id: str) -> "Channel":
        """A new channel of a team, as an administrator makes one."""
        with self.api("admin") as admin:
            body = {"name": f"浏览器测试 {secrets.token_hex(3)}", "kind": "generic", "teamId": team_id}
            made = admin.post("/channels", json=body).raise_for_status().json()
        return Channel(made["id"], f"http://127.0.0.1:{self.port}/webhooks/{made['key']}", made["secret"])


@dataclass(frozen=True)
class Channel:
    id: str
    address: str
    secret: str

    def push(self, lead: dict[str, Any]) -> None:
        """Push a lead as a platform does: signed by the public package."""
        import json

        body = json.dumps(lead)
        answer = httpx.post(self.address, content=body, headers=signed(self.secret, body))
        assert answer.status_code == 202, answer.text


def open_page(browser: Browser, product: Product, viewport: dict[str, int]) -> tuple[BrowserContext, Page, list[str]]:
    """A page that keeps what the console complains about."""
    context = browser.new_context(
        viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=product.url, reduced_motion="reduce"
    )  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(f"{message.text} {message.location.get('url')}") if message.type == "error" else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return context, page, complaints


def log_in(page: Page, username: str) -> None:
    page.goto("/login")
    page.get_by_label("机构").fill("demo")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    expect(page.get_by_role("heading", level=1, name="今日")).to_be_visible()


def no_serious_fault(page: Page) -> None:
    """axe finds nothing serious or critical. The watermark makes contrast undecidable and is left out."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
    assert not faults, "\n".join(faults)


def shoot(page: Page, name: str) -> None:
    """A screenshot to look at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
