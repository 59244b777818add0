"""The cloud side: sign-in and Microsoft Graph."""
