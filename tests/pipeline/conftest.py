"""Fixtures of cases."""

from collections.abc import Awaitable, Callable

import pytest

from loanbroker_api.core.runtime import Runtime
from support.cases import Maker
from support.company import Company, new_company


@pytest.fixture
def make(company: Company) -> Maker:
    return Maker(company)


@pytest.fixture
def another_company(runtime: Runtime) -> Callable[[], Awaitable[Company]]:
    """A second tenant beside this test's."""
    return lambda: new_company(runtime)
