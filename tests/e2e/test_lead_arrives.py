"""What a salesperson and a platform do: the lead arrives without reload, is called and followed up by keyboard."""

import secrets

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from e2e.product import DESKTOP, PHONE, Product, log_in, no_serious_fault, open_page, shoot

SIZES = {"desktop": DESKTOP, "phone": PHONE}


def _phone() -> str:
    return f"1390{secrets.randbelow(10**7):07d}"


def _is_list(request: Request) -> bool:
    path = request.url.split("?")[0]
    return path.endswith(("/api/v1/customers", "/api/v1/customers/search", "/api/v1/today"))


@pytest.mark.parametrize("size", SIZES)
def test_the_walk(product: Product, browser: Browser, size: str) -> None:
    channel = product.channel(product.only_on_duty("sales1")["id"])
    context, page, complaints = open_page(browser, product, SIZES[size])
    with context:
        log_in(page, "sales1")
        no_serious_fault(page)
        shoot(page, f"today-{size}")
        page.goto("/customers?view=mine")
        expect(page.get_by_text("已载入")).to_be_visible()
        expect(page.get_by_text("实时更新重连中")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
        no_serious_fault(page)
        phone = _phone()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if _is_list(request) else None)
        channel.push({"leadId": phone, "name": "欧阳清风", "phone": phone, "city": "成都", "wantedAmount": "30万"})
        masked = f"{phone[:3]}****{phone[-4:]}"
        expect(page.get_by_role("main").get_by_text(masked).first).to_be_visible(timeout=20_000)
        assert asked == [], "the row came by push, not by reading the list again"
        shoot(page, f"customers-{size}")
        _open(page, masked, size)
        _call_and_follow_up(page, phone)
        no_serious_fault(page)
        shoot(page, f"customer-{size}")
        assert phone not in page.url
        assert "欧阳" not in page.title()
        _log_out(page)
        assert complaints == []


def _open(page: Page, masked: str, size: str) -> None:
    if size == "desktop":
        page.keyboard.press("j")
        page.keyboard.press("Enter")
    else:
        page.get_by_role("main").get_by_text("欧阳**").first.click()
    page.wait_for_url("**/customers/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("欧阳")
    expect(page.get_by_text(masked).first).to_be_visible()


def _call_and_follow_up(page: Page, phone: str) -> None:
    page.keyboard.press("c")
    expect(page.get_by_text(phone)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text(phone)).to_have_count(0)
    page.keyboard.press("f")
    form = page.get_by_role("form", name="跟进")
    expect(form).to_be_visible()
    page.keyboard.press("1")
    form.get_by_label("备注").fill("月底前要用，明天下午联系")
    page.keyboard.press("Control+Enter")
    expect(form).to_have_count(0)
    expect(page.get_by_text("月底前要用，明天下午联系").first).to_be_visible()


def _log_out(page: Page) -> None:
    page.get_by_role("button", name="账号").click()
    page.get_by_role("menuitem", name="退出").click()
    page.wait_for_url("**/login**")


def test_without_sockets_it_arrives_by_sse(product: Product, browser: Browser) -> None:
    channel = product.channel(product.only_on_duty("sales1")["id"])
    context, page, _ = open_page(browser, product, DESKTOP)
    with context:
        page.route_web_socket("**/graphql", lambda socket: socket.close())
        log_in(page, "sales1")
        with page.expect_response(lambda response: response.url.endswith("/api/v1/events"), timeout=30_000):
            page.goto("/customers?view=mine")
        expect(page.get_by_text("已载入")).to_be_visible()
        phone = _phone()
        channel.push({"leadId": phone, "name": "司马光", "phone": phone})
        expect(page.get_by_role("main").get_by_text(f"{phone[:3]}****{phone[-4:]}").first).to_be_visible(timeout=20_000)


def test_a_dead_letter_is_corrected_and_replayed(product: Product, browser: Browser) -> None:
    channel = product.channel(product.only_on_duty("sales1")["id"])
    context, page, complaints = open_page(browser, product, DESKTOP)
    with context:
        log_in(page, "admin")
        channel.push({"leadId": secrets.token_hex(4), "name": "诸葛瑾", "phone": "13900"})
        page.goto("/inbox?state=dead")
        expect(page.get_by_role("main").get_by_text("现在只有 5 位").first).to_be_visible(timeout=20_000)
        no_serious_fault(page)
        shoot(page, "inbox")
        page.get_by_role("button", name="改正并重放").or_(page.get_by_role("link", name="改正并重放")).first.click()
        wrong = page.get_by_label("电话", exact=True)
        expect(wrong).to_be_focused()
        wrong.fill(_phone())
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("已重放")).to_be_visible()
        expect(page.get_by_role("button", name="打开客户").or_(page.get_by_role("link", name="打开客户"))).to_be_visible(timeout=20_000)
        assert complaints == []


def test_a_channel_is_made_and_tested(product: Product, browser: Browser) -> None:
    context, page, complaints = open_page(browser, product, DESKTOP)
    with context:
        log_in(page, "admin")
        page.goto("/channels")
        expect(page.get_by_role("heading", level=1, name="渠道")).to_be_visible()
        no_serious_fault(page)
        shoot(page, "channels")
        page.get_by_role("button", name="新建渠道").click()
        form = page.get_by_role("dialog")
        form.get_by_label("名称").fill(f"官网 {secrets.token_hex(3)}")
        form.get_by_label("名称").press("Control+Enter")
        expect(page.get_by_text("密钥只显示这一次")).to_be_visible()
        expect(page.get_by_text("whsec_").first).to_be_visible()
        expect(page.get_by_text(f"{product.url}/webhooks/ck_").first).to_be_visible()
        page.get_by_role("button", name="已保存，去渠道页").click()
        page.wait_for_url("**/channels/*")
        page.get_by_role("button", name="发送测试线索").click()
        expect(page.get_by_text("推送地址返回 202")).to_be_visible(timeout=20_000)
        for step in ("验签", "入库", "去重"):
            expect(page.get_by_text(step).first).to_be_visible(timeout=20_000)
        no_serious_fault(page)
        shoot(page, "channel")
        assert complaints == []


def test_todos_are_listed(product: Product, browser: Browser) -> None:
    context, page, complaints = open_page(browser, product, DESKTOP)
    with context:
        log_in(page, "sales2")
        page.goto("/notifications?tab=todos")
        expect(page.get_by_role("main").get_by_role("button", name="改期").first).to_be_visible(timeout=20_000)
        no_serious_fault(page)
        shoot(page, "todos")
        assert complaints == []
