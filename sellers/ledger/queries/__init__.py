"""Questions to the ledger. Every amount is in minor units; days are days in the seller's country."""
