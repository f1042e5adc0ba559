"""Why isn't it paid? What blocks it, who has to act, what happens next and when; and what the seller may know."""
