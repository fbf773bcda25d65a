"""A distribution as it is configured: origins, behaviors, and the policies that they name."""
