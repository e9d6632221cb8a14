"""The budgets, each measured beside the least that could do the same work, in the same run."""
