"""The simulated Microsoft 365: sign-in, Graph, the token service and the push notification service."""
