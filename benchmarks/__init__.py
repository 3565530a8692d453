"""The count against other ways of getting the same answer; ``make bench`` prints the table."""
