"""Makes tests/cases/lane/*.json: what arrives or is sent, and what the documents say must come of it."""
