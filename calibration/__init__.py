"""History, targets and how a run compares with them."""
