"""Local servers that speak the wire format of a platform, and a small world of customers behind each of them."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from cx_text.config import SourceEntry
from cx_text.sources.platforms.base import Platform
from cx_text.sources.platforms.http import Http
from cx_text.sources.platforms.opening import open_platform

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW = START + timedelta(days=20)


@dataclass(frozen=True)
class Post:
    """What one customer said, whatever the platform. `stars` is 1 to 5."""

    id: str
    words: str
    author: str
    created_at: datetime
    changed_at: datetime
    stars: int = 3
    is_removed: bool = False


@dataclass
class Answer:
    """What a server says: JSON unless `body` is bytes or words."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request. `params`: the last value of each; `all_params`: every one, in order."""

    method: str
    path: str
    params: dict[str, str]
    all_params: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class FakePlatform:
    """A platform with some posts, in a server on this machine.

    Subclasses say what a recipe has to say (`entry`), what secrets it takes, and `answer` requests as the platform's
    documentation describes. `faults` are answers that come instead, first to last; None lets one request pass.
    """

    platform: ClassVar[str]
    secrets: ClassVar[dict[str, str]] = {}  # environment variable → what the server wants
    page_rows = 10  # on a page, where the wire format leaves that to the server
    has_edits: ClassVar[bool] = True  # a customer can change what was said, and the platform tells
    has_removals: ClassVar[bool] = True  # the platform tells what is there no more, within a look or when asked
    keeps_all: ClassVar[bool] = True  # it gives everything back to the first; some give the newest alone
    wants_secret: ClassVar[bool] = True  # wrong credentials are refused
    keeps_pauses: ClassVar[bool] = False  # between requests, which tests do not wait for otherwise
    brands: ClassVar[tuple[str, ...]] = ()  # that a recipe has, where nothing else is said
    has_empty_pages: ClassVar[bool] = False  # with `leaves_empty` one page is empty, and names a next one

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.faults: list[Answer | None] = []
        self.requests: list[Asked] = []
        self._to_close: list[Platform] = []
        self.now = NOW
        self.delay_seconds = 0.0
        self.leaves_empty = False

    @property
    def entry(self) -> dict[str, Any]:
        """Return the table of the source in a recipe, without its name."""
        return {"platform": self.platform, "base_url": self.url}

    def answer(self, asked: Asked) -> Answer:
        """Return what the platform says."""
        raise NotImplementedError

    def is_allowed(self, asked: Asked) -> bool:
        """Return whether the request carries the right secret; by default a bearer token, the first of `secrets`."""
        return asked.headers.get("authorization") == f"Bearer {next(iter(self.secrets.values()), '')}"

    def expected(self, post: Post) -> dict[str, Any]:
        """Return the fields that the comment of a post has, by name; by default its words and when it was made."""
        return {"verbatim": post.words, "received_at": post.created_at}

    def add(self, n: int, *, words: str = "The parcel came late, number {}") -> list[Post]:
        """Add posts, each an hour later than the one before, and return them."""
        first = len(self.posts)
        new = [Post(self.new_id(k), words.format(k), f"author-{k % 7}", at := START + timedelta(hours=k), at,
                    stars=1 + k % 5) for k in range(first, first + n)]
        self.posts |= {post.id: post for post in new}
        return new

    def new_id(self, k: int) -> str:
        """Return the id of the k-th post, in the platform's form."""
        return f"{1000 + k}"

    def edit(self, post: Post, words: str) -> Post:
        """Change what a post says, now."""
        self.posts[post.id] = replace(post, words=words, changed_at=self.latest() + timedelta(minutes=1))
        return self.posts[post.id]

    def remove(self, post: Post) -> None:
        """Take a post away, now."""
        self.posts[post.id] = replace(post, is_removed=True, changed_at=self.latest() + timedelta(minutes=1))

    def latest(self) -> datetime:
        """Return the newest time of all posts."""
        return max(post.changed_at for post in self.posts.values())

    def newest_first(self, by: str = "created_at") -> list[Post]:
        """Return all posts, the newest first."""
        return sorted(self.posts.values(), key=lambda post: (getattr(post, by), post.id), reverse=True)

    def oldest_first(self, by: str = "changed_at") -> list[Post]:
        """Return all posts, the oldest first."""
        return sorted(self.posts.values(), key=lambda post: (getattr(post, by), post.id))

    def opened(self, brands: tuple[str, ...] | None = None, environment: dict[str, str] | None = None,
               **options: Any) -> Platform:
        """Return the source "src" of this server, with other options than the usual ones; None takes one away.

        It is closed when the server ends.
        """
        given = {name: value for name, value in {"name": "src", **self.entry, **options}.items() if value is not None}
        platform = open_platform(SourceEntry.model_validate(given),
                                 self.secrets if environment is None else environment,
                                 self.brands if brands is None else brands)
        self._to_close.append(platform)
        return platform

    @contextlib.contextmanager
    def serving(self) -> Iterator["FakePlatform"]:
        """Serve for as long as the block lasts; `url` is where."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            with contextlib.nullcontext() if self.keeps_pauses else patch.object(Http, "_wait"):
                yield self
        finally:
            for platform in self._to_close:
                platform.close()
            server.shutdown()
            server.server_close()

    def handle(self, asked: Asked) -> Answer:
        self.requests.append(asked)
        time.sleep(self.delay_seconds)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            return fault
        if self.wants_secret and not self.is_allowed(asked):
            return Answer({"error": "unauthorized"}, 401)
        return self.answer(asked)


def _handler(platform: FakePlatform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # one packet for head and body: two would wait for each other

        def _do(self) -> None:
            length = int(self.headers.get("content-length", 0))
            parts = urlsplit(self.path)
            given = parse_qsl(parts.query, keep_blank_values=True)
            told = platform.handle(Asked(self.command, parts.path, dict(given), given,
                                         {name.lower(): value for name, value in self.headers.items()},
                                         self.rfile.read(length)))
            body = told.body
            if not isinstance(body, bytes):
                body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(told.status)
                self.send_header("Content-Type", "application/json")
                for name, value in told.headers.items():
                    self.send_header(name, value)
                if self.close_connection:  # the asker wants it so, and has to be told
                    self.send_header("Connection", "close")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815  names that the library calls

        def log_message(self, *ignored: Any) -> None:
            """Say nothing."""

    return Handler


def iso(at: datetime, suffix: str = "Z") -> str:
    """Return a time as most platforms write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") + suffix
