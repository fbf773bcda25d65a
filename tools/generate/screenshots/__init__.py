"""Screenshots for the documents: the real pages, in a real browser, on a local stack."""
