"""Outcomes of classifiers and regressors, their metrics and plots: for evaluations, and for fits that log themselves."""
