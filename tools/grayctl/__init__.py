"""grayctl: the operator's command line. `cli.py` and `commands/` parse and print; the other modules do the work."""
