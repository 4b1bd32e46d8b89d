"""Bring runs from other trackers, and prove that everything arrived."""
