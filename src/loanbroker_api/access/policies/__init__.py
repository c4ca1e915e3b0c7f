"""Login policies: their parts, the rules that judge by them, and what a draft of one would do."""
