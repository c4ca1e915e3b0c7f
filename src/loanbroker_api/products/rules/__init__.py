"""The rule engine: typed rules from JSON, judged for one person against all products (arrays) or one product against all people (SQL)."""
