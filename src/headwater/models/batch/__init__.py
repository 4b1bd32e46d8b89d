"""Predictions for whole files: in this process, chunk by chunk, or on Ray, Dask or Spark."""
