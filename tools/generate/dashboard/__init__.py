"""The CloudWatch dashboard's body: `python -m generate.dashboard` writes it, `--check` compares it."""
