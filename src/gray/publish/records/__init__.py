"""What is kept beside the store: ledger, set in S3, parameter `current`, publication log."""
