"""Writes docs/reference/ and the index of decisions from the code, so that they cannot say what the code does not."""
