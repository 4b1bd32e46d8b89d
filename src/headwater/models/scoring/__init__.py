"""The scoring server: a model behind HTTP."""
