"""What can be said on the command line, and the commands that need no screen: progress goes to standard error, the
result to standard output."""
