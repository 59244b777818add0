"""The test message of the procedure, over SMTP."""
