"""Sets up, checks, repairs and takes back the trust between on-premises Exchange and Microsoft 365."""

__version__ = "0.1.0"
