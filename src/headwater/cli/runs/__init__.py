"""List, show, delete, restore and export runs."""
