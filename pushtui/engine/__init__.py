"""Gathers facts, schedules, runs changes, cancels, journals, emits events."""
