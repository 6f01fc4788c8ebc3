"""Gap analysis runs: answering, closing, results, comparison, gaps and the actions made of them."""
