"""Modules of MLflow's names that are Headwater's."""
