"""Give several users the same rights."""
