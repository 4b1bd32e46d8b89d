"""The database that runs are kept in."""
