"""The terminal application. Nothing in it talks to a network or a disk from the thread that paints."""
