"""The files of models."""
