"""What a login policy means in a browser: refused by time, by address and by device with the reason; locked when idle and back where one was;
a second factor made at the door.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyotp
from playwright.sync_api import Browser, Page, expect

from e2e.product import DESKTOP, PASSWORD, PHONE, Product, log_in, no_serious_fault, open_page, shoot

SHANGHAI = ZoneInfo("Asia/Shanghai")


@contextmanager
def policy(product: Product, username: str, **parts: Any) -> Iterator[None]:
    """The employee's own policy for the browser, until the block ends."""
    with product.api("admin") as admin:
        people = admin.get("/employees", params={"limit": 200}).raise_for_status().json()["items"]
        employee = next(person for person in people if person["username"] == username)
        body = {"employeeId": employee["id"], "client": "web", "parts": parts, "overrides": list(parts)}
        made = admin.post("/login-policies", json=body).raise_for_status().json()
        try:
            yield
        finally:
            headers = {"If-Match": f'"{made["version"]}"'}
            admin.delete(f"/login-policies/{made['id']}", headers=headers).raise_for_status()


def enter(page: Page, username: str) -> None:
    page.goto("/login")
    page.get_by_label("机构").fill("demo")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def test_refused_by_time(product: Product, browser: Browser) -> None:
    now = datetime.now(SHANGHAI)
    closed = (now + timedelta(days=2)).isoweekday()
    windows = {"windows": [{"days": [closed], "start": "08:30", "end": "20:30"}], "holidays": "open"}
    context, page, _ = open_page(browser, product, DESKTOP)
    with context, policy(product, "sales7", time=windows):
        enter(page, "sales7")
        expect(page.get_by_text("现在不在可登录时间")).to_be_visible()
        expect(page.get_by_text(re.compile(r"\d\d-\d\d 08:30"))).to_be_visible()
        no_serious_fault(page)
        shoot(page, "refused-by-time")


def test_refused_by_address(product: Product, browser: Browser) -> None:
    context, page, _ = open_page(browser, product, PHONE)
    with context, policy(product, "sales8", ip={"allow": ["203.0.113.0/24"], "deny": []}):
        enter(page, "sales8")
        expect(page.get_by_text("不在允许登录的范围")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        shoot(page, "refused-by-address")


def test_refused_by_device_until_one_is_unbound(product: Product, browser: Browser) -> None:
    mine, page, _ = open_page(browser, product, DESKTOP)
    with mine, policy(product, "sales9", device={"max": 1}):
        log_in(page, "sales9")
        theirs, other, _ = open_page(browser, product, DESKTOP)
        with theirs:
            enter(other, "sales9")
            expect(other.get_by_text("最多绑定 1 台设备")).to_be_visible()
            shoot(other, "refused-by-device")
        # The bound browser comes back in.
        log_in(page, "sales9")


def test_idle_locks_and_the_password_leads_back(product: Product, browser: Browser) -> None:
    context, page, _ = open_page(browser, product, DESKTOP)
    with context, policy(product, "sales10", idle={"minutes": 2}):
        page.clock.install()
        log_in(page, "sales10")
        page.goto("/customers?view=mine")
        expect(page.get_by_text("已载入")).to_be_visible()
        page.clock.fast_forward("01:30")
        expect(page.get_by_role("alert").filter(has_text="秒")).to_be_visible()
        shoot(page, "idle-warning")
        page.clock.fast_forward("00:40")
        locked = page.get_by_label("密码", exact=True)
        expect(locked).to_be_visible()
        # Nothing of the customers is left behind the lock.
        expect(page.get_by_text("已载入")).to_have_count(0)
        shoot(page, "idle-lock")
        locked.fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("已载入")).to_be_visible()
        assert "/customers?view=mine" in page.url


def test_a_second_factor_made_at_the_door(product: Product, browser: Browser) -> None:
    context, page, _ = open_page(browser, product, DESKTOP)
    with context, policy(product, "sales11", factor={"required": True}):
        with page.expect_response("**/api/v1/auth/login/enrol") as answered:
            enter(page, "sales11")
        secret = answered.value.json()["secret"]
        no_serious_fault(page)
        shoot(page, "second-factor")
        page.get_by_label("验证码").fill(pyotp.TOTP(secret).now())
        page.keyboard.press("Enter")
        expect(page.get_by_text("恢复码").first).to_be_visible()
        page.get_by_role("button", name="我已保存").click()
        page.wait_for_url("**/today")
