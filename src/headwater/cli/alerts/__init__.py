"""Read alerts, and let rules raise them."""
