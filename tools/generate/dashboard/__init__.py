"""The CloudWatch dashboard's body: `python -m generate.dashboard` writes it, with `--check` it compares."""
