"""Second factors and confirming one's identity again."""
