"""`cx-text explain`: the whole table, also of a recipe with something missing."""

import pytest

TABLE = """\
nps_survey: Open answers of a survey, with a score from 0 to 10 where there is one
reads en; source 'survey'
personal data first: email, phone, card, iban, address, name, url, ip masked

stage     needs               adds               model           revision
clean                         text
kind      text                kind
language  text,               language,          lingua          2.1.1
          kind                is_known_language
opinions  text,               opinions           en-core-web-sm  3.8.0
          kind,
          is_known_language
polarity  text,               polarity,          cx-polarity-en  {polarity}
          kind,               polarity_score,
          is_known_language,  confidence,
          opinions            n_windows,
                              opinions.polarity
implied   text,               implied            cx-implied-en   {implied}
          kind,
          is_known_language,
          opinions,
          polarity_score,
          opinions.polarity
themes    text,               opinions.themes    cx-themes-en    {themes}
          kind,
          opinions

missing here: nothing
"""


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def test_the_table_fits_a_terminal_of_80(command, monkeypatch, capsys):
    from cx_text.cli.explain import explain
    from cx_text.config import load_card

    monkeypatch.setenv("COLUMNS", "80")
    explain("nps_survey")
    revisions = {job: load_card(f"cx-{job}-en").revision for job in ("polarity", "implied", "themes")}
    assert lines(capsys.readouterr().out) == lines(TABLE.format(**revisions))


def test_what_is_missing_is_said_below(command, tmp_path):
    recipe = tmp_path / "mine.toml"
    recipe.write_text('name = "mine"\nlanguages = ["en", "cy"]\nstages = ["clean", "kind", "language", "opinions", '
                      '"polarity"]\n[models]\npolarity = "cx-polarity-cy"\n')
    assert lines(command("explain", recipe).out)[-2:] == [
        "missing here:", "  polarity: no model 'cx-polarity-cy'; there are cards for all-minilm-l6-v2, cx-implied-en, "
                         "cx-polarity-en, cx-themes-en, en-core-web-sm, lingua. Did you mean 'cx-polarity-en'?"]


@pytest.mark.parametrize(("stages", "message"), [
    ('["clean", "knd"]', "no stage 'knd'; there are brand_mentions, clean, implied, kind, language, opinions, "
                         "polarity, themes. Did you mean 'kind'?"),
    ('["kind", "clean"]', "stage 'kind' needs 'text', which no stage before it adds. Put 'clean' before 'kind'."),
])
def test_a_recipe_that_cannot_run(command, tmp_path, stages, message):
    recipe = tmp_path / "mine.toml"
    recipe.write_text(f'name = "mine"\nstages = {stages}\n')
    ran = command("explain", recipe)
    assert (ran.code, ran.err) == (2, f"Error: {message}\n")


def test_no_such_recipe(command):
    assert command("explain", "nps_survy") == (
        2, "", "Error: no recipe 'nps_survy'; there are app_reviews, brand_mentions, brand_watch, example_sources, "
               "nps_survey. Did you mean 'nps_survey'?\n")
