"""The error that stops a delivery, in one line with the fix."""

__all__ = ["DeliveryError"]


class DeliveryError(Exception):
    """A step failed or was refused; the text says what to do."""
