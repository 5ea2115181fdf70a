"""Notifiers: the only door to apprise, which knows how to tell people by mail, chat or webhook.

apprise says only whether it could, and writes what happened into its log. That log is read here while a message is
sent, and nowhere else: it holds addresses, with their tokens, and what is sent. So nothing of it gets any further, nor
of what the library below it writes of its requests.
"""

from __future__ import annotations

import html
import logging
import re
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from cx_text.errors import ConfigError, MissingExtra, NotifyError
from cx_text.monitor.message import PICTURE, Attachment, Message, harmless, markdown
from cx_text.watch_options import Notifier

_TOLD = ("apprise", "urllib3")  # whose logs hold addresses
_LONG_SECONDS = 30.0  # a service that has the message and is slow to say so would get it twice
_LONGEST_TITLE = 200  # characters; many services take 250
_PASSING = frozenset({408, 409, 425, 429})  # of those that begin with 4: too slow, not now, too early, too many
_HTTP = re.compile(r"\berror\s*=\s*([1-5]\d\d)\b")
_SMTP = re.compile(r"\(([2-5]\d\d), b['\"]|was refused: ([2-5]\d\d)\b")
_SMTP_LINES = ("Socket Exception:", "SMTP recipient ")
_SEVERAL = re.compile(r"[\s,;]+[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_TEXT_IS_SAFER = ("tgram",)  # it knows few tags; apprise makes them of text
_ROOM = {"Power Automate / Workflows (for MSTeams)": 20_000}  # characters, where apprise is too careful
_lock = threading.Lock()


class OpenNotifier(Protocol):
    """Somebody who can be told."""

    @property
    def name(self) -> str:
        """What it is called."""

    def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            NotifyError: It could not be sent; `permanent` says whether trying again is of no use.
        """


def open_notifier(notifier: Notifier, environment: Mapping[str, str]) -> OpenNotifier:
    """Return a notifier that can send.

    Args:
        notifier: As the recipe has it.
        environment: Holds its address.

    Raises:
        ConfigError: The variable with its address is missing, or holds none that apprise understands.
        MissingExtra: apprise is not installed.
    """
    variable = notifier.address_variable
    where = f"notifier {notifier.name!r}"
    address = environment.get(variable, "").strip()
    if not address:
        raise ConfigError(f"the environment variable {variable}, which holds its address, is not set", where=where,
                          next="docs/notifying.md says how addresses are written")
    if _SEVERAL.search(address):
        raise ConfigError(f"{variable} holds several addresses", where=where, next="Give each a notifier of its own")
    try:
        import apprise
    except ImportError:
        raise MissingExtra("telling people needs the apprise library, which is not installed",
                           next="run: pip install 'cx-text[watch]'") from None
    asset = apprise.AppriseAsset(
        app_id="cx_text", app_desc="cx_text", app_url="", image_url_mask="", image_url_logo="", async_mode=False,
        interpret_emojis=False, interpret_escapes=False, http_redirects=False, pgp_autogen=False, pem_autogen=False,
        secure_logging=True, allow_templates=False, storage_mode="memory", language="en")
    with _overheard(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # all plugins are loaded, and some use what is old
        try:
            service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        except Exception:  # noqa: BLE001  its words may hold the address
            service = None
    if service is None:
        raise ConfigError(f"{variable} holds no address that apprise understands", where=where,
                          next="docs/notifying.md says how addresses are written")
    if "rto=" not in address:
        service.socket_read_timeout = _LONG_SECONDS
    return _Service(notifier.name, service)


def send_test(notifier: OpenNotifier) -> None:
    """Send a message that says that it is a test.

    Raises:
        NotifyError: It could not be sent.
    """
    notifier.send(Message("A test of cx_text", (
        f"This is a test. The notifier {notifier.name!r} works: what changes will be told here.",)))


class _Service:
    """A service of apprise."""

    def __init__(self, name: str, service: Any) -> None:
        self.name, self._service = name, service

    def send(self, message: Message) -> None:
        with TemporaryDirectory(prefix="cx_text_") as folder, _overheard() as heard:
            try:
                is_sent = self._service.notify(**self._written(message, Path(folder)))
            except Exception as error:  # noqa: BLE001  of a plugin; its words may hold the address
                raise self._error(f"its plugin failed ({type(error).__name__})", is_permanent=False) from None
        if not is_sent:
            raise self._error(*_reason(heard))

    def _written(self, message: Message, folder: Path) -> dict[str, Any]:
        """Return the arguments of `notify`: the message in the form that the service shows, and its files."""
        from apprise import NotifyFormat, NotifyType

        service, form = self._service, self._form()
        is_mail, files = hasattr(service, "inline"), list(message.attachments)
        if message.picture is not None:
            files.insert(0, Attachment(PICTURE, message.picture, "image/png"))
        if is_mail:
            service.inline = True  # the picture stands in the mail, where the page asks for it
        shown = f"cid:{PICTURE}" if is_mail and message.picture is not None else None
        forms: dict[Any, Callable[[Message], str]] = {
            NotifyFormat.HTML: lambda cut: cut.as_html(shown), NotifyFormat.MARKDOWN: Message.as_markdown,
            NotifyFormat.TEXT: Message.as_text}
        write = forms[form]
        title = textwrap.shorten(harmless(message.title), _LONGEST_TITLE, placeholder="…")
        if service.title_maxlen <= 0 and service.resolve_format(form) == form:  # it stands in the body
            title = html.escape(title) if form == NotifyFormat.HTML else title
            title = markdown(title) if form == NotifyFormat.MARKDOWN else title
        kind = {True: NotifyType.SUCCESS, False: NotifyType.WARNING, None: NotifyType.INFO}[message.is_good]
        room = _ROOM.get(str(service.service_name), service.body_maxlen) - len(title)
        return {"title": title, "body": write(_fitting(message, write, room)), "body_format": form,
                "notify_type": kind, "attach": [_file(folder, each) for each in files] or None
                if service.attachment_support else None}

    def _form(self) -> Any:
        """Return the form in which the service gets a message."""
        from apprise import NotifyFormat

        forms, asked_for = self._service._formats(), self._service._format_override
        if asked_for in forms:
            return asked_for
        if forms[0] == NotifyFormat.HTML and self._service.secure_protocol not in _TEXT_IS_SAFER:
            return NotifyFormat.HTML
        # What knows no HTML, such as a chat, shows text as Markdown; what knows all three has a form of plain text.
        is_chat = NotifyFormat.HTML not in forms and NotifyFormat.MARKDOWN in forms
        return NotifyFormat.MARKDOWN if is_chat else NotifyFormat.TEXT

    def _error(self, what: str, is_permanent: bool) -> NotifyError:
        return NotifyError(what, where=f"notifier {self.name!r}", permanent=is_permanent)


def _fitting(message: Message, write: Callable[[Message], str], room: int) -> Message:
    """Return as much of a message as there is room for: quotes go first, then the last lines."""
    for n in range(len(message.quotes) - 1, -1, -1):
        if len(write(message)) > room:
            message = replace(message, quotes=message.quotes[:n])
    for n in range(len(message.lines) - 1, 0, -1):
        if len(write(message)) > room:
            message = replace(message, lines=(*message.lines[:n], "…"))
    return message


def _file(folder: Path, attachment: Attachment) -> Any:
    from apprise.attachment.file import AttachFile

    path = folder / Path(attachment.name).name
    path.write_bytes(attachment.content)
    return AttachFile(  # type: ignore[no-untyped-call]
        path=str(path), name=path.name, mimetype=attachment.media_type)


def _reason(heard: list[logging.LogRecord]) -> tuple[str, bool]:
    """Return why a message was not sent, and whether trying again is of no use.

    Plugins write `error=404` into their warnings, and what a mail server answered with what the library raised. Where
    there is neither, the service could not be reached or did not answer in time.
    """
    http, smtp = set[int](), set[int]()
    for record in heard:
        line = record.getMessage()
        if record.levelno >= logging.WARNING:
            http |= {int(code) for code in _HTTP.findall(line)}
        if line.startswith(_SMTP_LINES):
            smtp |= {int(one or other) for one, other in _SMTP.findall(line)}
    codes = http or smtp
    if not codes:
        return "the service could not be reached, or did not answer in time", False
    is_permanent = all((300 <= code < 500 and code not in _PASSING) if http else code >= 500 for code in codes)
    kind = "HTTP" if http else "SMTP"
    told = ", ".join(str(code) for code in sorted(codes))
    if any(code in (401, 403) for code in http) or smtp & {530, 534, 535, 538}:
        return f"the service refused who we are ({kind} {told}): check the address", is_permanent
    return f"the service {'refused it' if is_permanent else 'could not take it now'} ({kind} {told})", is_permanent


class _Keeper(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


@contextmanager
def _overheard() -> Iterator[list[logging.LogRecord]]:
    """Give what apprise logs in the block, and let it go nowhere else."""
    keeper = _Keeper()
    with _lock:
        loggers = [logging.getLogger(name) for name in _TOLD]
        before = [(logger, logger.level, logger.propagate, logger.handlers) for logger in loggers]
        for logger in loggers:
            logger.propagate, logger.handlers = False, []
        loggers[0].addHandler(keeper)
        loggers[0].setLevel(logging.DEBUG)
        loggers[1].addHandler(logging.NullHandler())
        try:
            yield keeper.heard
        finally:
            for logger, level, propagate, handlers in before:
                logger.setLevel(level)
                logger.propagate, logger.handlers = propagate, handlers
