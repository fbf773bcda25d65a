"""What can go wrong here: `SamLocalError`, one line with the way out."""

__all__ = ["SamLocalError"]


class SamLocalError(Exception):
    """When Docker, an image or SAM CLI is not to be had, in words of who has to act."""
