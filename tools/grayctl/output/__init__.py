"""Output for people and scripts: the screen, tables, and the models of the `--json` output."""
