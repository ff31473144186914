"""Python's cycle collector while very many records are read and compared."""

import gc

from dss.collector import frozen_heap, paused_collector


def test_it_is_paused_and_goes_on() -> None:
    """Also after an error, and also where it was off already."""
    with paused_collector():
        assert not gc.isenabled()
        with paused_collector():
            pass
        assert not gc.isenabled()

    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_there_is_can_be_left_out_of_its_walks() -> None:
    """New objects are collected as ever, and nothing stays frozen."""
    with frozen_heap():
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0

    assert gc.get_freeze_count() == 0


def test_what_somebody_else_has_frozen_stays_so() -> None:
    """A program that has frozen its own objects keeps them."""
    gc.freeze()
    try:
        with frozen_heap(), paused_collector():
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
