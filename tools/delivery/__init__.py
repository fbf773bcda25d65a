"""What `make deploy`, `promote`, `verify` and `destroy` do."""
