"""Two versions side by side."""

from loanbroker_api.products.models import ProductVersion
from loanbroker_api.products.schemas import ComparisonOut


def compare_versions(was: ProductVersion, now: ProductVersion) -> ComparisonOut:
    raise NotImplementedError
