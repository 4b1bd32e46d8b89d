"""Create, list, rename, delete and restore experiments."""
