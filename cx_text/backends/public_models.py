"""Models by public name: whether their hub answers is found out first, as libraries ask it for half a minute."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from cx_text.errors import ModelMissing

SECONDS = 5


def check_reachable(place: Path | str) -> None:
    """Return at once for a folder, a model that was fetched before, or an offline machine that says so; else ask.

    Args:
        place: Folder or public name.

    Raises:
        ModelMissing: The hub does not answer, and the model was never fetched.
    """
    from huggingface_hub import constants, try_to_load_from_cache

    if isinstance(place, Path) or Path(place).is_dir() or constants.HF_HUB_OFFLINE:
        return
    if isinstance(try_to_load_from_cache(place, "config.json"), str):
        return
    try:
        with urlopen(Request(constants.ENDPOINT, method="HEAD"), timeout=SECONDS):  # noqa: S310  the hub's own setting
            return
    except HTTPError:
        return  # an answer, whatever it says
    except (URLError, TimeoutError) as error:
        if isinstance(getattr(error, "reason", None), ssl.SSLError):
            return  # it answered; the library may know certificates that Python does not
    raise ModelMissing(f"{place!r} is not on this machine, and the hub of public models does not answer",
                       next="Check the network, or give a folder with weights")
