"""One file a group of commands. They parse, call the module that does the work, and print."""
