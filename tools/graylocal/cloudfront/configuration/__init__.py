"""A distribution's configuration: origins, behaviors, and their policies."""
