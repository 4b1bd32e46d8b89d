"""Models: what they take and give, how they are kept, loaded and served."""
