"""Roles as data, their editor's rules, and seeing as a role."""
