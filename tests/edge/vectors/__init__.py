"""Makes tests/cases/*.json: requests, and what the design says must come of them."""
