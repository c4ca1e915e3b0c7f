"""Long work on the audit trail: verification of the chain and exports, as background tasks."""
