"""Carry the lane of a request through services."""
