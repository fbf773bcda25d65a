"""The gray lanes: what their stacks register, adoption, the check before viewers come, the switch at an API."""
