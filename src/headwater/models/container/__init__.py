"""Images that serve a model: what they are built from, building them, and what runs them."""
