"""Fixtures of cases."""

import pytest

from support.cases import Maker
from support.company import Company


@pytest.fixture
def make(company: Company) -> Maker:
    return Maker(company)
