"""What people and scripts see: the screen, tables, and the models of what `--json` prints."""
