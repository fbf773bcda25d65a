"""`grayctl console`: status and watch as a local web page."""
