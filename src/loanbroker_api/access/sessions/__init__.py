"""Signing in, sessions, devices and approvals, and what each process remembers of live sessions."""
