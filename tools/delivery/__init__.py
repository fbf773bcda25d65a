"""Implements `make deploy`, `promote`, `verify` and `destroy`."""
