"""A model in a process and an environment of its own."""
