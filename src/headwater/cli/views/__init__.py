"""Save, read and delete views: what somebody looks at, under a name."""
