"""Writes docs/reference/ from the code, so that it cannot say what the code does not."""
