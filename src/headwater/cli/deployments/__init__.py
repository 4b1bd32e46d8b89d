"""Deploy models to targets: this machine, or what a plugin knows."""
