"""What every endpoint shares: who calls, whether they may, how a no is said, pages of results, strict bodies."""
