"""A stack as SAM and CloudFormation leave it: its state, what is in the way of its name, its protection, its removal."""
