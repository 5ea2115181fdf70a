"""The units and the page on deploying tell the truth: they parse, and what they name is there."""

import configparser
import json
import re
import shlex
from itertools import pairwise

import pytest
import typer
from prometheus_client.parser import text_string_to_metric_families

from cx_text.cli.main import app
from cx_text.cli.watch import SOME_FAILED
from cx_text.monitor.metrics import metrics_text
from cx_text.monitor.schedule import parse_every
from cx_text.store.opening import open_store

ROOT_COMMAND = typer.main.get_command(app)
UNITS = ("crontab", "cx-text-watch.service", "cx-text-watch.timer", "cx-text-watch-always.service", "cronjob.yaml")
HARDENED = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
            "StateDirectory": "cx-text", "EnvironmentFile": "/etc/cx-text/secrets.env", "User": "cx-text"}


@pytest.fixture
def docs(pytestconfig):
    return pytestconfig.rootpath / "docs"


def read(docs, name):
    return (docs / "units" / name).read_text("utf-8")


def unit(docs, name):
    """Return section → key → value of a systemd unit; keys may stand there several times."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    parser.optionxform = str
    parser.read_string(read(docs, name))
    return {section: dict(parser[section]) for section in parser.sections()}


def command_lines(text):
    """Return the words behind `cx-text` wherever a command stands in a text."""
    found = [json.loads(line)[1:] for line in re.findall(r'command: (\["cx-text".*\])', text)]
    lines = re.findall(r"(?<![\w/.\[-])(?:/opt/cx-text/bin/)?cx-text ([a-z][^`\n]*)", text)
    return found + [shlex.split(re.split(r" (?:>>|&&|\|)|[;.,)]? ?$", line)[0]) for line in lines]


def unknown(words):
    """Return what the real command would not take of a line."""
    command = ROOT_COMMAND
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if command is ROOT_COMMAND:
        return words
    options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
    wrong = [word for word in words if word.startswith("-") and word not in options]
    values = {word: value for word, value in pairwise(words) if word in options}
    if "--every" in values:
        parse_every(values["--every"])
    return wrong


def test_all_units_are_named_on_the_page(docs):
    assert sorted(path.name for path in (docs / "units").iterdir()) == sorted(UNITS)
    page = (docs / "deploying.md").read_text("utf-8")
    assert set(re.findall(r"\(units/([\w.-]+)\)", page)) == set(UNITS)


@pytest.mark.parametrize("name", [*UNITS, "../deploying.md"])
def test_every_command_and_option_exists(docs, name):
    lines = command_lines(read(docs, name))
    assert lines or name.endswith(".timer")
    assert {tuple(words): unknown(words) for words in lines if unknown(words)} == {}


@pytest.mark.parametrize("name", [*UNITS, "../deploying.md"])
def test_every_variable_exists(docs, pytestconfig, name):
    code = "\n".join(path.read_text("utf-8") for path in (pytestconfig.rootpath / "cx_text").rglob("*.py"))
    named = {variable for variable in re.findall(r"CX_TEXT_[A-Z_]+", read(docs, name))
             if not variable.startswith("CX_TEXT_NOTIFY_")}
    assert {variable for variable in named if f'"{variable}"' not in code} == set()


def test_the_lines_of_the_crontab_have_five_fields_and_a_command(docs):
    lines = [line for line in read(docs, "crontab").splitlines() if line and not line.startswith("#")]
    jobs = [line for line in lines if not re.match(r"[A-Z_]+=", line)]
    assert [line.split()[:5] for line in jobs] == [["*/15", "*", "*", "*", "*"]]
    assert "%" not in jobs[0], "cron ends a command there"


@pytest.mark.parametrize("name", ["cx-text-watch.service", "cx-text-watch-always.service"])
def test_services_are_hardened_and_hold_no_secret(docs, name):
    service = unit(docs, name)["Service"]
    assert {key: service[key] for key in HARDENED} == HARDENED
    assert service["CapabilityBoundingSet"] == ""
    assert "MemoryDenyWriteExecute" not in service, "models are compiled while they run"
    assert re.findall(r"(?i)(?:token|password|secret|://[^/\s]*@)", service["ExecStart"]) == []


def test_the_one_is_started_by_its_timer_and_the_other_is_not(docs):
    once, timer, always = (unit(docs, name) for name in UNITS[1:4])
    assert timer["Timer"]["Persistent"] == "true"
    assert (docs / "units" / timer["Timer"]["Unit"]).exists()
    assert (once["Service"]["Type"], "Install" in once) == ("oneshot", False)
    assert "--every" not in once["Service"]["ExecStart"]
    assert "--every 15m --log json" in always["Service"]["ExecStart"]
    assert always["Service"]["Restart"] == "on-failure"


def test_the_job_of_kubernetes_overlaps_never_and_has_no_rights(docs):
    text = read(docs, "cronjob.yaml")
    assert "\t" not in text
    for line in text.splitlines():
        assert (len(line) - len(line.lstrip())) % 2 == 0
        assert not line.strip() or re.match(r"\s*(?:#|(?:- )?\w+:(?: |$)|- \w)", line), line
    for wanted in ("concurrencyPolicy: Forbid", "runAsNonRoot: true", "readOnlyRootFilesystem: true",
                   "allowPrivilegeEscalation: false", 'drop: ["ALL"]', "key: CX_TEXT_DATABASE_URL",
                   "memory: 4Gi", "automountServiceAccountToken: false"):
        assert wanted in text
    assert re.findall(r"value: .*(?:://|token)", text) == []


def test_every_metric_is_on_the_page_and_no_other(docs, tmp_path):
    page = (docs / "deploying.md").read_text("utf-8")
    with open_store(tmp_path / "s.sqlite3", create=True) as store:
        families = list(text_string_to_metric_families(metrics_text(store).decode()))
    names = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert set(re.findall(r"\bcx_text_\w+", page)) - {"cx_text_token"} == names


def test_the_exit_code_of_the_page_is_that_of_the_command(docs):
    assert f"0; {SOME_FAILED} where a source could not be read" in (docs / "deploying.md").read_text("utf-8")
