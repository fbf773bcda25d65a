"""The stack that a command is for: found through samconfig.toml and CloudFormation, with the clients to reach it."""
