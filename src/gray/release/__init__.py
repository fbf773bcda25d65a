"""What a release is: its document, rules and conditions, user lists, plan; and what is wrong with one. Pure."""
