"""API keys of machine clients, and the rotation of signing keys."""
