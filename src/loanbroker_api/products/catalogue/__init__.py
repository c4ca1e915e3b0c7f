"""The reference catalogue: 60 fictitious products of 20 fictitious lenders, as data, for the demo and the tests."""

from loanbroker_api.products.catalogue.loading import CatalogueLender, CatalogueProduct, load_catalogue, read_catalogue

__all__ = ["CatalogueLender", "CatalogueProduct", "load_catalogue", "read_catalogue"]
