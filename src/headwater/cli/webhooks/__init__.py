"""Tell addresses of events: of the registry, of runs, and alerts."""
