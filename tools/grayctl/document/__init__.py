"""The release document as people edit it: read from a file, changed, compared. Pure; nothing here calls AWS."""
