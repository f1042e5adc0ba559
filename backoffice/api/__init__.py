"""The API's root: which endpoints there are. They live in `payouts.api` and `sellers.api`."""
