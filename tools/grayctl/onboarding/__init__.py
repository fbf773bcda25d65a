"""An application that is to come under Graylane: its template, its build output, its graylane.toml. Asks no account."""
