"""What scikit-learn's estimators log by themselves."""
