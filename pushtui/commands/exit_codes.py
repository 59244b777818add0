"""What the process ends with; `pushtui --help` says it to people."""

FINE, NOT_DONE, WRONG_USAGE, CHANGES, PERSON, INTERRUPTED = 0, 1, 2, 3, 4, 130
