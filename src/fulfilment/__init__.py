"""Fulfils orders that were announced. Each lane may have its own version; without one, stable's does it."""
