"""The one error that `up` explains to people."""


class RefusedError(RuntimeError):
    """`up` cannot start; the message is for people and says what to change."""
