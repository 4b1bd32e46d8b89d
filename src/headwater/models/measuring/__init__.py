"""What classifiers and regressors said, their metrics and plots: for evaluations, and for fits that log themselves."""
