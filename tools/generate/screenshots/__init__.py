"""The documents' pictures: screenshots of the real pages, in a real browser, on a local stack."""
