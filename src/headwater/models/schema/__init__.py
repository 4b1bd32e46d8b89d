"""What models take and give: types, signatures, their inference and enforcement, and examples."""
