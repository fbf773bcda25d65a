"""CloudFront Functions at run time: the code, its events, its KeyValueStore, and the origin it selects."""
