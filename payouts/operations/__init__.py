"""The verbs. One family a file; `_move` is the only writer of a status."""
