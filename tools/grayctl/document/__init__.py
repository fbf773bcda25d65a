"""The release document as a person edits it: read from a file, changed, compared. Pure; nothing here asks AWS."""
