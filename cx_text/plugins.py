"""Names in recipes and cards → what they stand for. Built-ins and other people's packages use the same door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from cx_text.errors import ConfigError, hint

# Each names a callable that takes the open models of a run (cx_text.backends.opening.Models) and returns a stage.
# A package adds its own under the entry point group "cx_text.stages".
STAGES = {
    "brand_mentions": "cx_text.stages.brand_mentions:build",
    "clean": "cx_text.stages.clean:build",
    "kind": "cx_text.stages.kind:build",
    "language": "cx_text.stages.language:build",
    "opinions": "cx_text.stages.opinions:build",
    "polarity": "cx_text.stages.polarity:build",
    "implied": "cx_text.stages.implied:build",
    "themes": "cx_text.stages.themes:build",
}


# Each names a class that is a cx_text.sources.platforms.base.Platform, by what customers write there; a package adds
# its own under the entry point group "cx_text.platforms".
PLATFORMS_BY_KIND = {
    "surveys": {
        "delighted": "cx_text.sources.platforms.delighted:Delighted",
        "folder": "cx_text.sources.platforms.folder:Folder",
        "formbricks": "cx_text.sources.platforms.formbricks:Formbricks",
        "intercom": "cx_text.sources.platforms.intercom:Intercom",
        "qualtrics": "cx_text.sources.platforms.qualtrics:Qualtrics",
        "retently": "cx_text.sources.platforms.retently:Retently",
        "surveymonkey": "cx_text.sources.platforms.surveymonkey:SurveyMonkey",
        "typeform": "cx_text.sources.platforms.typeform:Typeform",
        "webhook": "cx_text.sources.platforms.webhook:Webhook",
        "zendesk": "cx_text.sources.platforms.zendesk:Zendesk",
    },
    "reviews": {
        "app_store": "cx_text.sources.platforms.app_store:AppStore",
        "app_store_connect": "cx_text.sources.platforms.app_store_connect:AppStoreConnect",
        "google_play": "cx_text.sources.platforms.google_play:GooglePlay",
        "play_console": "cx_text.sources.platforms.play_console:PlayConsole",
        "steam": "cx_text.sources.platforms.steam:Steam",
        "trustpilot": "cx_text.sources.platforms.trustpilot:Trustpilot",
    },
    "mentions": {
        "bluesky": "cx_text.sources.platforms.bluesky:Bluesky",
        "feed": "cx_text.sources.platforms.feed:Feed",
        "hacker_news": "cx_text.sources.platforms.hacker_news:HackerNews",
        "mastodon": "cx_text.sources.platforms.mastodon:Mastodon",
        "reddit": "cx_text.sources.platforms.reddit:Reddit",
        "x": "cx_text.sources.platforms.x:X",
        "youtube": "cx_text.sources.platforms.youtube:YouTube",
    },
}
PLATFORMS = {name: place for places in PLATFORMS_BY_KIND.values() for name, place in places.items()}


def stage_names() -> list[str]:
    """Return the names of all stages at hand, sorted."""
    return _names(STAGES, "cx_text.stages")


def find_stage(name: str) -> Callable[..., Any]:
    """Return the builder of a stage.

    Raises:
        ConfigError: There is none of this name.
    """
    return _find("stage", name, STAGES, "cx_text.stages")  # type: ignore[no-any-return]


def platform_names() -> list[str]:
    """Return the names of all platforms at hand, sorted."""
    return _names(PLATFORMS, "cx_text.platforms")


def find_platform(name: str) -> Any:
    """Return the class of a platform.

    Raises:
        ConfigError: There is none of this name.
    """
    return _find("platform", name, PLATFORMS, "cx_text.platforms")


def _names(ours: Mapping[str, str], group: str) -> list[str]:
    return sorted({*ours, *(e.name for e in entry_points(group=group))})


def _find(what: str, name: str, ours: Mapping[str, str], group: str) -> Any:
    if name in ours:
        module, _, attribute = ours[name].partition(":")
        return getattr(import_module(module), attribute)
    for entry in entry_points(group=group):
        if entry.name == name:
            return entry.load()
    known = _names(ours, group)
    raise ConfigError(f"no {what} {name!r}; there are {', '.join(known)}", next=hint(name, known))
