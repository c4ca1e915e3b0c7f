"""The walk over every operation, by area; tests/architecture/test_statements.py goes it."""
"""Calls of each operation of an area, for the walk of tests/architecture/test_statements.py."""
