"""Flavors: one small module for each framework, which imports the framework only when it is used."""

FLAVORS = ("sklearn",)

__all__ = ["FLAVORS"]
