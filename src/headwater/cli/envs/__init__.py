"""The environments that are kept for models and projects."""
