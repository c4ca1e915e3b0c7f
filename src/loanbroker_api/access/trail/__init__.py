"""Reading the audit trail: search, histories, the state of the chain, exported heads."""
