"""A public name is refused at once where its hub does not answer, and asked for nowhere else."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from huggingface_hub import constants

from cx_text.backends.public_models import check_reachable
from cx_text.errors import ModelMissing


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def closed_hub(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{port}")


def test_a_closed_hub_is_one_line(online, closed_hub):
    began = time.perf_counter()
    with pytest.raises(ModelMissing) as error:
        check_reachable("owner/model")
    assert str(error.value) == ("'owner/model' is not on this machine, and the hub of public models does not answer. "
                                "Check the network, or give a folder with weights.")
    assert time.perf_counter() - began < 6


def test_a_hub_that_answers_anything_is_reachable(online, monkeypatch):
    class Refusing(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_error(503)

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        check_reachable("owner/model")
        server.shutdown()


def test_folders_and_offline_machines_ask_nobody(closed_hub, monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    check_reachable(tmp_path)
    check_reachable(str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    check_reachable("owner/model")
