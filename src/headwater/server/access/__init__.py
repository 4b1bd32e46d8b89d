"""Who asks, and what they may do: authentication, sessions and authorisation of every request."""
