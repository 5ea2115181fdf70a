"""Services that are told things, on this machine: a webhook that answers what it is told to, and a mail server."""

import contextlib
import email
import email.policy
import http.server
import socketserver
import threading


@contextlib.contextmanager
def webhook(*answers):
    """Give a web server's port and what it was sent: (path, body); it answers with these codes, the last for ever.

    None as an answer: it says nothing at all until the test is over.
    """
    got, over, waiting = [], threading.Event(), list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            code = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if code is None:
                over.wait()
                return
            self.send_response(code)
            if code in (301, 302, 307, 308):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST  # noqa: N815  as the library calls it

        def log_message(self, *args):
            pass

    with _running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        try:
            yield port, got
        finally:
            over.set()


@contextlib.contextmanager
def mail_server(*, login=235, recipient=250, data=250):
    """Give a mail server's port and the mails that it took; it answers with these codes at each step."""
    mails = []

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 here")
            while (line := self.rfile.readline()) and not line.upper().startswith(b"QUIT"):
                word = line[:4].upper()
                if word == b"EHLO":
                    self.say("250-here\r\n250 AUTH PLAIN")
                elif word == b"AUTH":
                    self.say(f"{login} secret-answer-of-the-server")
                elif word == b"RCPT":
                    self.say(f"{recipient} recipient")
                elif word == b"DATA" and data != 354:
                    self.say("354 go on")
                    whole = b"".join(iter(self.rfile.readline, b".\r\n"))
                    if data == 250:
                        mails.append(email.message_from_bytes(whole, policy=email.policy.default))
                    self.say(f"{data} taken")
                else:
                    self.say("250 yes")
            self.say("221 bye")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _running(Server(("127.0.0.1", 0), Handler)) as port:
        yield port, mails


@contextlib.contextmanager
def _running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    with server:
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def closed_port():
    """Return a port on which nobody listens."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        return server.server_address[1]
