"""What is loaded ahead of its use."""

from __future__ import annotations

import gc

from pushtui.engine import loading


def test_garbage_is_collected_again_whatever_the_loading_met() -> None:
    try:
        loading.start()
        assert not gc.isenabled()
        loading.load(("there_is_no_such_module", "colorsys"))
        assert gc.isenabled()
        assert gc.get_freeze_count()
    finally:
        gc.enable()
        gc.unfreeze()
