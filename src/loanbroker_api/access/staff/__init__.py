"""Employees and org units."""
