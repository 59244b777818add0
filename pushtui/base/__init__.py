"""What every part may import: errors, secrets, clean text, clock, files, words."""
