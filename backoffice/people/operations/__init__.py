"""The verbs about people. What gives somebody a way in or more rights is asked for by one and confirmed by another."""
