"""Somebody's own application: `grayctl platform` and `grayctl lane deploy`, in a folder with a graylane.toml."""
