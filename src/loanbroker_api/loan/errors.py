"""The one error of this package."""


class BadLoan(ValueError):  # noqa: N818 - a loan is refused; nothing of ours failed
    """Terms that no loan has, or that do not go together.

    `field` names the argument that is wrong; `code` is stable (`months.out-of-range`); `message` says in Chinese what would be right.
    Neither carries the value.
    """

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code
        self.message = message
