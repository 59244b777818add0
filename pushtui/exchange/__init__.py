"""The on-premises side: PowerShell remoting to Exchange and to Windows."""
