"""`grayctl console`: status and watch as a page on this machine, for people who would rather look."""
