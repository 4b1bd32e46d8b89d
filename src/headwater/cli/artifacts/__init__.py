"""List, download and upload the artifacts of runs and models."""
