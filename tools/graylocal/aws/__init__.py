"""AWS on this machine: the emulator with its patches, and the stack deployed to it."""
