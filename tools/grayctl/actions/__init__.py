"""What changes an environment, used by the commands and the console alike: propose, save, follow, kill, upload."""
