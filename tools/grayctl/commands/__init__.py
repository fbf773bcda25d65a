"""One file per command or command group. Each parses, calls the module that does the work, and prints."""
