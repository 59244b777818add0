"""How a person likes the program: one TOML file, the environment, flags. What is set up is in profiles instead."""
