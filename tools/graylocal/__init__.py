"""Graylane on one machine: the AWS emulator, what it lacks, and CloudFront's data plane in front."""
