"""Who would move? The built edge functions, executed for every viewer of a file, under two releases."""
