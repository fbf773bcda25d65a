"""A lane of somebody's application: what its stack has, and its registration."""
