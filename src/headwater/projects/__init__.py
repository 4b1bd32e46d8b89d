"""Projects: code that anyone can run again."""
