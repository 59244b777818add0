"""The read-only console: what is typed becomes one reading cmdlet or a sentence, its answer becomes rows."""
