"""What an environment says of itself: release, plan, status, traffic, publications, an edge's answer. Only reads."""
