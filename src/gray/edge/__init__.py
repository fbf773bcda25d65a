"""What the edge reads: the store's format, rules, grants, and the compile step from a release to them. Pure."""
