"""Which device the models run on."""

import pytest
import torch

from cx_text.backends.transformer_encoder import pick_device
from cx_text.errors import ConfigError, ModelError


def test_a_device_that_is_no_device_or_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert (pick_device("auto").type, pick_device("cpu").type) == ("cpu", "cpu")
    with pytest.raises(ConfigError) as wrong:
        pick_device("gpu")
    assert str(wrong.value) == "device 'gpu' is none of auto, cpu, cuda."
    with pytest.raises(ModelError) as missing:
        pick_device("cuda")
    assert str(missing.value) == ("device 'cuda' was asked for, and torch sees no GPU on this machine. "
                                  "Leave the device out, or install a torch that knows your GPU.")


def test_auto_takes_a_gpu_where_torch_sees_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert (pick_device("auto").type, pick_device("cuda").type, pick_device("cpu").type) == ("cuda", "cuda", "cpu")


def test_which_numbers_a_machine_computes_with_is_found_out_once(monkeypatch, tmp_path):
    from cx_text.backends import transformer_encoder as encoder

    races = iter([True, False])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(encoder.torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    monkeypatch.setattr(encoder, "_wins_race", lambda: next(races))
    encoder.has_fast_bfloat16.cache_clear()
    assert encoder.has_fast_bfloat16()
    encoder.has_fast_bfloat16.cache_clear()  # as in another process, in a busy moment
    assert encoder.has_fast_bfloat16()
    assert [p.read_text() for p in (tmp_path / "cx_text").iterdir()] == ["fast"]
    encoder.has_fast_bfloat16.cache_clear()
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")  # cannot be written to
    assert not encoder.has_fast_bfloat16()
    encoder.has_fast_bfloat16.cache_clear()
