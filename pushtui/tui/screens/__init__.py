"""The screens: the main one, and what is asked or shown on top of it."""
