"""Checks of estimators of scikit-learn that somebody else saved, before compiled code reads memory as they say."""
