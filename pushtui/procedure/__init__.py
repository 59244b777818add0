"""The procedure itself: one module a step. Pure: no network, no threads, no widgets."""
