"""Money is integer fen, CNY, within 64 bits."""

MAX_FEN = 2**63 - 1


def wan(fen: int) -> str:
    """Fen as people of the trade say it: 30000000 → 30万, 12345 → 123.45元."""
    if fen % 100_000_000 == 0 and fen >= 10_000_000_000_00:
        return f"{fen // 100 // 100_000_000}亿"
    if fen >= 10_000_00:
        text = f"{fen / 1_000_000:.2f}".rstrip("0").rstrip(".")
        return f"{text}万"
    text = f"{fen / 100:.2f}".rstrip("0").rstrip(".")
    return f"{text}元"
