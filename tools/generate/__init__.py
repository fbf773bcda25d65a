"""Generators of committed files: reference pages, the dashboard's body, screenshots."""
