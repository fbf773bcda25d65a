"""What stops a delivery, in one line with the way out."""

__all__ = ["DeliveryError"]


class DeliveryError(Exception):
    """When a step failed or was refused; the text says what to do."""
