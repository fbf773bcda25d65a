"""What to add to a distribution that exists already, so that Graylane decides in front of it: as text, by language."""
