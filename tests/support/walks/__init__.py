"""The walk over every operation, by area; tests/architecture/test_statements.py goes it."""
