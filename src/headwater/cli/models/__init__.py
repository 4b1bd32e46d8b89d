"""Predict with models, serve them, and look after their files."""
