"""Small models of the processes behind the original data sets: pure functions of their seed, in NumPy alone."""
