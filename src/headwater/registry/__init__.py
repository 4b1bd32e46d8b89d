"""The model registry in Python: what the client does with models and versions, and where their URIs lead."""
