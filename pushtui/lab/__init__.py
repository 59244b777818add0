"""The simulated organization and tenant: a program of its own, on loopback."""
