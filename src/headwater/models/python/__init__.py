"""Models of one's own Python code: classes, functions and files."""
