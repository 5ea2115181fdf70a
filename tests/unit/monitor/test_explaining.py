"""What a series would need to see."""

from dataclasses import replace

import numpy as np

from cx_text.monitor.blocks import ByPeriod
from cx_text.monitor.explaining import explain
from cx_text.monitor.judging import FIRING, QUIET, WEEKLY, State, look


def test_the_count_that_it_takes_to_fire_does():
    rng = np.random.default_rng(5)
    counts = rng.poisson(20.0, size=(20, 1, 45))
    rule = replace(WEEKLY, windows=(1,))
    found = look(ByPeriod(counts, np.full((1, 45), 1000)), (State(),) * 20, rule, 44)
    explained = explain(found, rule, 0)
    assert explained.low < explained.effect < explained.high
    for more, name in ((0, FIRING), (-1, QUIET)):
        counts[0, 0, -1] = int(explained.needed) + more
        states = look(ByPeriod(counts, np.full((1, 45), 1000)), (State(),) * 20, rule, 44).states
        assert states[0].name == name
