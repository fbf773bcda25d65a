"""Runs CloudFront Functions outside CloudFront: in QuickJS inside Python, and in the njs command line."""
