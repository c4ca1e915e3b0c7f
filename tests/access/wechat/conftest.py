"""An installation whose WeChat is a fake one on loopback."""

from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from loanbroker_api import registry
from loanbroker_api.core.runtime import Runtime, open_runtime
from loanbroker_api.settings import Settings
from support.clock import TestClock
from support.fake_wechat import FakeWechat, wechat_server


@pytest.fixture
async def wechat(clock: TestClock) -> AsyncGenerator[FakeWechat]:
    async with wechat_server(clock) as fake:
        yield fake


@pytest.fixture
def settings(settings: Settings, wechat: FakeWechat) -> Settings:
    """The mini-program is this test's own, and so is the token that all companies share."""
    given = {"wechat_base_url": wechat.address, "wechat_appid": wechat.appid, "wechat_secret": SecretStr(wechat.secret)}
    return settings.model_copy(update=given)


@pytest.fixture
async def runtime(settings: Settings, clock: TestClock) -> AsyncGenerator[Runtime]:
    registry.load()
    async with open_runtime(settings, clock) as opened:
        yield opened
