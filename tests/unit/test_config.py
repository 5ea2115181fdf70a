from pathlib import Path

import pytest

from cx_text.config import Brand, Card, Recipe, card_names, load_card, load_recipe, recipe_names, tag_form
from cx_text.errors import ConfigError, ModelMissing


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_the_shipped_recipes_load():
    assert recipe_names() == ["app_reviews", "brand_mentions", "brand_watch", "example_sources", "nps_survey"]
    for name in recipe_names():
        assert load_recipe(name).name == name


def test_the_shipped_cards_load_and_say_their_job():
    assert {name: load_card(name).job for name in card_names()} == {
        "all-minilm-l6-v2": "embedding", "cx-implied-en": "implied", "cx-polarity-en": "polarity",
        "cx-themes-en": "embedding", "en-core-web-sm": "clauses", "lingua": "language"}


def test_a_recipe_beside_me_wins(tmp_path, monkeypatch):
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "nps_survey.toml").write_text('name = "nps_survey"\nsource = "mine"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_recipe("nps_survey").source == "mine"


@pytest.mark.parametrize(("text", "message"), [
    ('name = "x"\nstagess = []\n', "unknown key 'stagess'; did you mean 'stages'?"),
    ('name = "x"\n[themes]\nmin_opinion = 3\n',
     "unknown key 'themes.min_opinion'; did you mean 'min_opinions' or 'max_opinions'?"),
    ('name = "x"\nmax_failed_share = 2\n', "max_failed_share: input should be less than or equal to 1."),
    ('source = "x"\n', "name: field required."),
    ("name = ", "not valid TOML (Invalid value (at end of document))."),
], ids=["key", "nested key", "range", "missing", "toml"])
def test_a_wrong_recipe_is_one_line(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value) == f"{path}: {message}"


def test_an_unknown_recipe_names_the_nearest():
    with pytest.raises(ConfigError) as caught:
        load_recipe("nps_surveys")
    assert str(caught.value) == ("no recipe 'nps_surveys'; there are app_reviews, brand_mentions, brand_watch, "
                                 "example_sources, nps_survey. Did you mean 'nps_survey'?")


def test_weights_in_a_missing_package_say_how_to_install_it():
    card = Card(name="m", job="embedding", package="no_such_package", install="pip install no-such-package==1")
    with pytest.raises(ModelMissing) as caught:
        card.weights()
    assert str(caught.value) == ("the package 'no_such_package' with the weights of 'm' is not installed. "
                                 "Run: pip install no-such-package==1.")


def test_weights_in_a_missing_folder(tmp_path):
    with pytest.raises(ModelMissing, match="the weights of 'm' are not there"):
        Card(name="m", job="polarity", folder="weights", card_folder=tmp_path).weights()
    assert Card(name="m", job="polarity", folder=".", card_folder=tmp_path).weights() == Path(tmp_path)


@pytest.mark.parametrize(("given", "message"), [
    ("{ asked = 0 }", "temperatures.asked: input should be greater than 0."),
    ("{ span = 1.1 }", "temperatures.span.[key]: input should be 'asked', 'unasked' or 'spans'."),
])
def test_a_wrong_temperature_is_named(tmp_path, given, message):
    (tmp_path / "card.toml").write_text(f'name = "x"\njob = "polarity"\ntemperatures = {given}\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_card(str(tmp_path))
    assert str(caught.value) == f"{tmp_path / 'card.toml'}: {message}"


def test_the_brands_of_a_recipe(tmp_path):
    recipe = load_recipe(written(tmp_path, """name = "x"
[[brands]]
name = "Target"
own = true
aliases = ["#bullseye", "@TargetHelp"]
case_sensitive = true
exclude = ["target audience"]
[[brands]]
name = "target"
case_sensitive = true
aliases = ["Fastbasket"]
"""))
    assert recipe.brands == (
        Brand(name="Target", own=True, aliases=("#bullseye", "@TargetHelp"), case_sensitive=True,
              exclude=("target audience",)),
        Brand(name="target", case_sensitive=True, aliases=("Fastbasket",)))
    assert recipe.brands[0].spellings == ("Target", "#bullseye", "@TargetHelp")
    assert Recipe(name="x").brands == ()


@pytest.mark.parametrize(("brands", "message"), [
    ('[[brands]]\nown = true\n', "brands.0.name: field required."),
    ('[[brands]]\nname = "A"\nalias = []\n', "unknown key 'brands.0.alias'; did you mean 'aliases'?"),
    ('[[brands]]\nname = " "\n', "brands.0: a blank under 'name' of the brand ' '."),
    ('[[brands]]\nname = "A"\naliases = ["B", "# "]\n', "brands.0: a blank under 'aliases' of the brand 'A'."),
    ('[[brands]]\nname = "A"\nexclude = [""]\n', "brands.0: a blank under 'exclude' of the brand 'A'."),
    ('[[brands]]\nname = "Apple"\nexclude = ["apple"]\n',
     "brands.0: 'apple' is both a name of the brand 'Apple' and excluded from it."),
    ('[[brands]]\nname = "A"\n[[brands]]\nname = "A"\n', "brands: the brand 'A' is there twice."),
    ('[[brands]]\nname = "A"\naliases = ["Big  Shop"]\n[[brands]]\nname = "B"\naliases = ["C", "big shop"]\n',
     "brands: 'Big  Shop' is a name of both 'A' and 'B'."),
    ('[[brands]]\nname = "Royal Mail"\n[[brands]]\nname = "B"\naliases = ["#royalmail"]\n',
     "brands: 'Royal Mail' is a name of both 'Royal Mail' and 'B'."),
    ('[[brands]]\nname = "Orange"\ncase_sensitive = true\n[[brands]]\nname = "B"\naliases = ["orange"]\n',
     "brands: 'Orange' is a name of both 'Orange' and 'B'."),
    ('[[brands]]\nname = "A"\naliases = ["🍊"]\n[[brands]]\nname = "B"\naliases = ["🍊"]\n',
     "brands: '🍊' is a name of both 'A' and 'B'."),
], ids=["no name", "key", "blank", "blank alias", "blank phrase", "excluded", "twice", "alias", "hashtag", "case",
        "emoji"])
def test_brands_that_cannot_be_told_apart_or_found(tmp_path, brands, message):
    path = written(tmp_path, f'name = "x"\n{brands}')
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value) == f"{path}: {message}"


def test_brands_that_can_be_told_apart():
    brands = (Brand(name="A", aliases=("#x", "🍊")), Brand(name="B", aliases=("@x", "🍏")),
              Brand(name="M&S", exclude=("#M&S",)), Brand(name="MS"))
    assert Recipe(name="x", brands=brands).brands == brands


@pytest.mark.parametrize(("spelling", "form"), [
    ("Marks & Spencer", "MarksandSpencer"), ("Disney+", "Disneyplus"), ("@brindlecart_help", "brindlecarthelp"),
    ("Sainsbury's", "Sainsburys"), ("Cafe\u0301 Nero", "CaféNero"), ("🍊", "")])
def test_a_name_as_a_hashtag_holds_it(spelling, form):
    assert tag_form(spelling) == form
