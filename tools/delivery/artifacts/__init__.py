"""Build what `sam deploy` uploads: `sam build` at the repository root, then bytecode inside every artifact."""
