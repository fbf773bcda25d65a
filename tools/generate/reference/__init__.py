"""Generates docs/reference/ and the index of decisions from the code, so that they always match it."""
