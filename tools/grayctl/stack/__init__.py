"""The target stack of a command: found by samconfig.toml and CloudFormation, with clients to reach it."""
