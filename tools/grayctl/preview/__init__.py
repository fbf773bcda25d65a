"""Which viewers would move? Runs the built edge functions for every viewer of a file, under two releases."""
