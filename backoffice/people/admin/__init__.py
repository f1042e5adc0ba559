"""The pages about people: who works here, what waits for a second administrator, and the link to choose a password."""
