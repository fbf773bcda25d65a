"""Prices of articles. It has no versions: one instance serves every lane and passes the lane on."""
