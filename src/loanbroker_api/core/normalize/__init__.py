"""Turns what people and platforms write into one form: phones, amounts, ID numbers, cities, names, masks, search tokens. Pure."""
