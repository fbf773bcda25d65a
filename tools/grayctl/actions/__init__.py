"""Actions that change an environment, for commands and console: propose, save, follow, kill, upload."""
