"""The error that stops the local stack, in one line with the fix."""


class LocalStackError(Exception):
    """A reason and its remedy; `graylocal` shows both on one line and exits with 1."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy
