"""A lane's static site: from a folder to the bucket."""
