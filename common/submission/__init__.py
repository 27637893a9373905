"""A homework from the outside: its card, its metric, what is handed in, and the score."""
