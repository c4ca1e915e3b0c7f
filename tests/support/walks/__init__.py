"""Calls of each operation of an area, for the walk of tests/architecture/test_statements.py."""
