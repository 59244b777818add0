"""The simulated on-premises organization: its true state, and the cmdlets that read and change it."""
