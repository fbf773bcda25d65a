"""The error that stops a delivery, in one line with the fix."""

from grayctl.errors import EXIT_NEGATIVE, GrayctlError

__all__ = ["DeliveryError"]


class DeliveryError(GrayctlError):
    """A step failed or was refused; the text says what to do."""

    exit_code = EXIT_NEGATIVE
    kind = "delivery"
