"""What a person brings (资质): values with their source and history, the typed row, completeness, what to ask next."""
