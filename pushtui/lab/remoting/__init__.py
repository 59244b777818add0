"""The wire of a simulated server: WSMan, PSRP, sign-in, and the PowerShell that answers."""
