"""A stack as SAM and CloudFormation leave it: its state, what stands in the way of one, its keys, its removal."""
