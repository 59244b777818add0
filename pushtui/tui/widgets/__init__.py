"""The widgets: each knows what it shows and nothing of the others."""
