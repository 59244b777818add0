"""Words and documents made from findings and changes: pure text."""
