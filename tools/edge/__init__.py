"""Builds the edge functions from src/edge, checks them against CloudFront's rules, and tests them on AWS."""
