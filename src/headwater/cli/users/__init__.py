"""Say who may sign in to a server."""
