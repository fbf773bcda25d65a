"""The watch function: compares the lanes every minute and publishes what it finds as plain metrics."""
