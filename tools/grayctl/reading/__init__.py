"""Reads the state of an environment: release, plan, status, traffic, publications, the edge's answer."""
