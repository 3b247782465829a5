"""Contracts as data, money as a ledger, incentives derived from both."""
