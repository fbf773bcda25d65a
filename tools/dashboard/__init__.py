"""Makes the CloudWatch dashboard's body: `python -m dashboard` writes it, `python -m dashboard --check` compares."""
