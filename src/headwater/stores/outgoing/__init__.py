"""Requests to addresses that users chose: what webhooks are told."""
