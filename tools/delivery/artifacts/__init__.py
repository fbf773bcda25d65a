"""Build the artifacts for `sam deploy`: `sam build` at the repository root, then bytecode in every artifact."""
