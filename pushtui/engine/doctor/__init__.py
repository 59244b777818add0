"""Tests of every leg of the way to both organizations, one by one, without changing anything."""
