"""Workflows: projects whose results are the inputs of others."""
