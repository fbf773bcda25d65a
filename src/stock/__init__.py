"""What is in stock. Each lane may have its own version."""
