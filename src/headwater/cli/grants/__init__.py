"""Say who may do what with experiments and registered models."""
