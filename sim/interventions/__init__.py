"""Programmes as data: none built in yet."""
