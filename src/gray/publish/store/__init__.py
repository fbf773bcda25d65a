"""The KeyValueStore: its API, the plan of a write, and the one place from which it is written."""
