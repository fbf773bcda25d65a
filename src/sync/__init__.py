"""The sync functions: they bring HEAD to the edge."""
