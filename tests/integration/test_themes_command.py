"""`cx-text themes` from end to end on the example: find, look, decide, preview, refit, accept, use."""

import json
import re
import shutil

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def kept(command, example_path, tmp_path_factory):
    """Return the folder of a codeframe found in the example, and what the command printed. Read only."""
    folder = tmp_path_factory.mktemp("themes") / "codeframe"
    return folder, command("themes", "discover", example_path, "--out", folder)


@pytest.fixture
def folder(kept, tmp_path):
    """Return a copy of it to change."""
    return shutil.copytree(kept[0], tmp_path / "codeframe")


def ids_of(folder, version=1):
    return {t["label"]: t["id"] for t in json.loads((folder / f"v{version:04d}.json").read_text("utf-8"))["themes"]}


def leaves(folder):
    facts = json.loads((folder / "v0001.json").read_text("utf-8"))
    owners = set(facts["owners"])
    return [t for t in facts["themes"] if t["id"] in owners and not t["is_given"]]


def test_discover_keeps_a_readable_codeframe(kept):
    folder, ran = kept
    assert ran.code == 0
    assert sorted(p.name for p in folder.iterdir()) == ["v0001.json", "v0001.safetensors"]
    facts = json.loads((folder / "v0001.json").read_text("utf-8"))
    assert {"general-praise", "general-complaint"} < {t["id"] for t in facts["themes"]}
    assert facts["made_by"]["model"] == "cx-themes-en"
    for theme in facts["themes"]:
        assert theme["label"] in ran.out
        assert "-1" not in theme["label"]
    assert re.search(r"[\d,]+ opinions read, [\d.]+% of them unclear", ran.out)


def test_a_second_discovery_into_the_same_folder_is_refused_before_the_work(command, kept, example_path):
    ran = command("themes", "discover", example_path, "--out", kept[0])
    assert ran == (2, "", f"Error: there is a codeframe in '{kept[0]}' already. Give another folder, or refit it: "
                          "cx-text themes refit FOLDER EXPORT.\n")


def test_decisions_are_previewed_kept_listed_and_undone(command, folder, example_run):
    opinions = example_run[0] / "opinions.parquet"
    first, second = (t["id"] for t in leaves(folder)[:2])
    preview = command("themes", "merge", folder, first, second, "--dry-run", "--on", opinions)
    assert re.search(r"This would move [\d,]+ of [\d,]+ opinions\.", preview.out)
    assert not (folder / "decisions.jsonl").exists()
    assert command("themes", "rename", folder, first, "What we call it", "--by", "ana").code == 0
    assert command("themes", "stage", folder, first, "--at", "receive", "--by", "ana").code == 0
    shown = command("themes", "show", folder).out
    assert "What we call it (receive)" in shown
    log = command("themes", "log", folder).out.splitlines()
    assert [line.split("  ")[-1] for line in log] == [f"rename {first} “What we call it”", f"stage {first} → receive"]
    assert "ana" in log[0]
    assert command("themes", "undo", folder, 1).code == 0
    assert "What we call it" not in command("themes", "show", folder).out
    assert "(undone)" in command("themes", "log", folder).out


def test_a_split_by_what_opinions_fall_into(command, folder, example_run):
    largest = max((t for t in leaves(folder) if t["parent"]), key=lambda t: t["n_opinions"])
    ran = command("themes", "split", folder, largest["id"], "--on", example_run[0] / "opinions.csv")
    assert ran.code == 0
    shown = command("themes", "show", folder).out
    assert {"s01a", "s01b"} <= set(shown.split())
    assert largest["id"] not in shown.split()


def test_a_refit_keeps_ids_and_waits_for_a_person(command, folder, example_path, tmp_path):
    before = ids_of(folder)
    renamed = leaves(folder)[0]["id"]
    command("themes", "rename", folder, renamed, "What we call it")
    rows = pd.read_csv(example_path, dtype=str, keep_default_na=False)
    later = tmp_path / "later.csv"
    rows.iloc[::2].to_csv(later, index=False)
    ran = command("themes", "refit", folder, later)
    assert ran.code == 0
    assert not (folder / "v0002.json").exists()
    changes = json.loads((folder / "diff.json").read_text("utf-8"))
    assert {c["change"] for c in changes} <= {"same", "grew", "shrank", "split", "merged", "new", "faded", "kept"}
    assert command("themes", "diff", folder).out.splitlines()[0].split()[:3] == ["change", "id", "theme"]
    assert command("themes", "accept", folder).code == 0
    after = ids_of(folder, 2)
    going_on = {c["theme_id"] for c in changes if c["change"] not in ("new", "faded")}
    assert going_on <= set(before.values())
    assert len(going_on) >= len(before) / 3
    assert not {c["theme_id"] for c in changes if c["change"] == "new"} & set(before.values())
    assert going_on <= set(after.values())
    assert "What we call it" in command("themes", "show", folder).out


def test_tag_uses_a_kept_codeframe(command, folder, example_path, tmp_path):
    theme = leaves(folder)[0]
    command("themes", "rename", folder, theme["id"], "What we call it")
    ran = command("tag", example_path, "--codeframe", folder, "--out", tmp_path / "results")
    assert ran.code == 0
    themes = pd.read_csv(tmp_path / "results" / "themes.csv", dtype=str)
    labels = set(themes["label"])
    assert "What we call it" in labels
    assert labels <= {*ids_of(folder), "What we call it"}
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_text("utf-8"))
    assert manifest["codeframe"]["version"] == 1
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    assert "are unclear and in no theme" in page


def test_tag_starts_from_given_themes(command, example_path, tmp_path):
    given = tmp_path / "ours.csv"
    given.write_text("label,description,examples\nOur deliveries,late or early delivery,"
                     "The delivery was late|The driver came on time\n", "utf-8")
    ran = command("tag", example_path, "--codeframe", given, "--out", tmp_path / "results")
    assert ran.code == 0
    themes = pd.read_csv(tmp_path / "results" / "themes.csv").set_index("label")
    assert themes.loc["Our deliveries", "n_opinions"] > 20
    assert len(themes) > 5


@pytest.mark.parametrize(("words", "message"), [
    (("show", "nowhere"),
     "nowhere: there is no codeframe here. Make one: cx-text themes discover EXPORT --out FOLDER."),
    (("diff", "nowhere"), "nowhere: no refit waits to be accepted. Make one: cx-text themes refit nowhere EXPORT."),
    (("rename", "nowhere", "t01", "X"),
     "nowhere: there is no codeframe here. Make one: cx-text themes discover EXPORT --out FOLDER."),
], ids=["show", "diff", "rename"])
def test_mistakes_are_one_line(command, monkeypatch, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    assert command("themes", *words) == (2, "", f"Error: {message}\n")


def test_a_theme_that_is_not_there(command, folder):
    ran = command("themes", "rename", folder, "nobody", "X")
    assert ran == (2, "", "Error: there is no theme 'nobody'. Run: cx-text themes show FOLDER.\n")
