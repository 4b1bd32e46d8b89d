"""Coming from other trackers and going back: readers of their stores, one importer, and exporters."""
