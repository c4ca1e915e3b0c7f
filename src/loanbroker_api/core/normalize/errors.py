"""The one error of this package."""


class BadValue(ValueError):  # noqa: N818 - a value is refused; nothing of ours failed
    """A value that cannot be brought into its normal form.

    `code` is stable (`phone.too-short`); `message` says in Chinese what would be right. Neither carries the value.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
