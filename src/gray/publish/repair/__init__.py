"""Repairing what was changed, lost or left over: drift, rebuild, cleanup."""
