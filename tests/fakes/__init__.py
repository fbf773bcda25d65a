"""Stand-ins for AWS services, strict where AWS is."""
