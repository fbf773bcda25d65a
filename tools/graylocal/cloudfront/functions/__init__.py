"""CloudFront Functions as they run: the code, its events, its KeyValueStore, and the origin it may choose."""
