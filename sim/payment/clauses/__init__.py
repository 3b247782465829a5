"""Kinds of clauses: what a contract can pay for, and how an amount follows from activity."""
