"""The demo tenants' people and what happened to them: invented, deterministic by seed, no database."""
