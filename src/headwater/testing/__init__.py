"""Contract suites, real servers and fresh stores, published for those who write a store or a plugin."""
