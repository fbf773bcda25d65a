"""Data of isolated lanes: stable's orders are copied into each gray table, and what gray wrote is brought home.

An item in a gray table is either a copy (attribute `origin` is `v1`) or gray's own (no `origin`).
"""
