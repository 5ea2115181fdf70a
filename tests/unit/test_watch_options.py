"""What a recipe may say of keeping watch, and the one line that a user gets who says it wrongly."""

import pytest
from pydantic import ValidationError

from cx_text.config import load_recipe
from cx_text.errors import ConfigError
from cx_text.watch_options import COUNTS, LEVELS, Notifier, WatchOptions, WatchRule

PERS = ("all", "theme", "brand", "source", "segment.Country")
BOUNDS = "watch.rules.0.{}: input should be {}."


def written(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "x"\n[watch]\n{text}', "utf-8")
    return str(path)


def rule(text):
    return f'[[watch.rules]]\nname = "r"\n{text}\n'


@pytest.mark.parametrize(("text", "message"), [
    ("perod = 'day'", "unknown key 'watch.perod'; did you mean 'period'?"),
    ("period = 'month'", "watch.period: input should be 'day' or 'week'."),
    ("grace_hours = -1", "watch.grace_hours: input should be greater than or equal to 0."),
    ("grace_hours = 73", "watch.grace_hours: input should be less than or equal to 72."),
    ("grace_hours = nan", "watch.grace_hours: input should be less than or equal to 72."),
    ("mix = ['country']", "watch.mix: 'country' is neither 'source' nor segment.NAME."),
    ("mix = ['source', 'segment. ']", "watch.mix: 'segment. ' is neither 'source' nor segment.NAME."),
    ("link = 'feedback.example.com'",
     "watch.link: 'feedback.example.com' is no address that begins with https:// or http://."),
    ("link = 'javascript:alert(1)'",
     "watch.link: 'javascript:alert(1)' is no address that begins with https:// or http://."),
    ("rules = 3", "watch.rules: input should be a valid tuple."),
    ("[[watch.rules]]\nkind = 'change'", "watch.rules.0.name: field required."),
    ("[[watch.rules]]\nname = ''", "watch.rules.0.name: string should have at least 1 character."),
    (f"[[watch.rules]]\nname = '{'r' * 61}'", "watch.rules.0.name: string should have at most 60 characters."),
    (rule("polarty = 'negative'"), "unknown key 'watch.rules.0.polarty'; did you mean 'polarity'?"),
    (rule("kind = 'jump'"), BOUNDS.format("kind", "'change', 'level', 'trend', 'silence' or 'new_theme'")),
    (rule("measure = 'score'"), BOUNDS.format("measure", "'customers', 'comments', 'implied_detractors', 'nps', "
                                              "'implied_nps', 'sentiment' or 'negative_share'")),
    (rule("polarity = 'mixed'"), BOUNDS.format("polarity", "'negative' or 'positive'")),
    (rule("per = 'themes'"), "watch.rules.0.per: 'themes' is none of all, theme, brand, source and segment.NAME."),
    (rule("per = ''"), "watch.rules.0.per: '' is none of all, theme, brand, source and segment.NAME."),
    (rule("per = 'segment. '"), "watch.rules.0.per: a segment needs a name, such as segment.Country."),
    (rule("min_ratio = 1"), BOUNDS.format("min_ratio", "greater than 1")),
    (rule("min_ratio = inf"), BOUNDS.format("min_ratio", "a finite number")),
    (rule("min_more = -1"), BOUNDS.format("min_more", "greater than or equal to 0")),
    (rule("min_customers = 1"), BOUNDS.format("min_customers", "greater than or equal to 2")),
    (rule("min_points = 0"), BOUNDS.format("min_points", "greater than 0")),
    (rule("min_answers = 4"), BOUNDS.format("min_answers", "greater than or equal to 5")),
])
def test_a_wrong_key_or_value_is_one_line(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(("text", "message"), [
    ("kind = 'level'\nmeasure = 'nps'", "the rule 'r' is of the kind 'level', which needs either 'above' or 'below'."),
    ("kind = 'level'\nmeasure = 'nps'\nabove = 1\nbelow = 2",
     "the rule 'r' is of the kind 'level', which needs either 'above' or 'below'."),
    ("above = 1", "'above' and 'below' are for rules of the kind 'level', and 'r' is none."),
    ("kind = 'trend'\nbelow = 1", "'above' and 'below' are for rules of the kind 'level', and 'r' is none."),
    ("kind = 'level'\nmeasure = 'comments'\nabove = 1",
     "the rule 'r': a number of comments has no level; the kind 'change' watches it."),
    ("kind = 'silence'\nper = 'brand'", "the rule 'r': silence is watched per source, by comments."),
    ("kind = 'silence'\nmeasure = 'nps'", "the rule 'r': silence is watched per source, by comments."),
    ("kind = 'new_theme'\nper = 'source'", "the rule 'r': of a new theme, customers are counted, of all of them."),
    ("kind = 'new_theme'\nmeasure = 'comments'",
     "the rule 'r': of a new theme, customers are counted, of all of them."),
    ("kind = 'new_theme'\nonly = ['t1']", "the rule 'r': of a new theme, customers are counted, of all of them."),
    ("measure = 'nps'\npolarity = 'negative'", "the rule 'r': 'polarity' is for customers and comments."),
    ("per = 'all'", "the rule 'r': customers raise themes and mention brands; of 'all' count comments."),
    ("kind = 'trend'\nper = 'segment.Plan'",
     "the rule 'r': customers raise themes and mention brands; of 'segment.Plan' count comments."),
    ("kind = 'level'\nmeasure = 'nps'\nbelow = 20\ndirection = 'both'",
     "the rule 'r': 'direction' is for the kinds 'change' and 'trend'."),
    ("kind = 'silence'\ndirection = 'rise'", "the rule 'r': 'direction' is for the kinds 'change' and 'trend'."),
    ("kind = 'new_theme'\ndirection = 'fall'", "the rule 'r': 'direction' is for the kinds 'change' and 'trend'."),
    ("kind = 'level'\nabove = 101", "the rule 'r': 'above' has to be between 0 and 100."),
    ("kind = 'level'\nabove = nan", "the rule 'r': 'above' has to be between 0 and 100."),
    ("kind = 'level'\nmeasure = 'negative_share'\nbelow = -5", "the rule 'r': 'below' has to be between 0 and 100."),
    ("kind = 'level'\nmeasure = 'nps'\nbelow = -101", "the rule 'r': 'below' has to be between -100 and 100."),
    ("kind = 'level'\nmeasure = 'sentiment'\nabove = inf", "the rule 'r': 'above' has to be between -100 and 100."),
])
def test_what_does_not_go_together_is_one_line(tmp_path, text, message):
    path = written(tmp_path, rule(text))
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value) == f"{path}: watch.rules.0: {message}"


@pytest.mark.parametrize(("text", "message"), [
    (rule("") + rule("").replace('"r"', '"R"'), "watch: the rule 'r' is there twice."),
    ("[[watch.notifiers]]\nname = 'team'\n[[watch.notifiers]]\nname = 'Team'",
     "watch: the notifier 'team' is there twice."),
    (rule("") + "[[watch.notifiers]]\nname = 'team'\nrules = ['r', 's']",
     "watch: the notifier 'team' is told of the rule 's', and there is none."),
    ("[[watch.notifiers]]\nname = 'té@m'", "watch.notifiers.0.name: 'té@m' has more than letters, digits, blanks, - "
                                           "and _."),
    ("[[watch.notifiers]]\nname = '-'", "watch.notifiers.0.name: '-' has more than letters, digits, blanks, - and _."),
    ("[[watch.notifiers]]\nname = 'team'\nform = 'hourly'",
     "watch.notifiers.0.form: input should be 'each', 'daily' or 'weekly'."),
    ("[[watch.notifiers]]\nname = 'team'\nurl = 'slack://secret'",
     "unknown key 'watch.notifiers.0.url'; did you mean 'rules'?"),
])
def test_who_is_told_wrongly_is_one_line(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize(("text", "directions"), [
    *(("measure = 'customers'", ("rise",)), ("polarity = 'positive'", ("fall",)), ("polarity = 'negative'", ("rise",))),
    ("measure = 'comments'\nper = 'source'", ("fall",)),
    ("measure = 'comments'\nper = 'source'\npolarity = 'negative'", ("rise",)),
    *((f"measure = '{name}'", ("fall",)) for name in ("nps", "implied_nps", "sentiment")),
    *((f"measure = '{name}'", ("rise",)) for name in ("negative_share", "implied_detractors")),
    ("direction = 'both'", ("rise", "fall")), ("direction = 'fall'", ("fall",)),
    ("measure = 'nps'\ndirection = 'rise'", ("rise",)), ("kind = 'silence'", ("fall",)),
    ("kind = 'new_theme'", ("rise",)), ("kind = 'trend'\nmeasure = 'sentiment'", ("fall",)),
    ("kind = 'level'\nmeasure = 'nps'\nabove = 20", ("rise",)),
    ("kind = 'level'\nmeasure = 'negative_share'\nbelow = 20", ("fall",)),
    ("kind = 'level'\nabove = 20", ("rise",)),
])
def test_without_a_direction_the_bad_news_is_watched(tmp_path, text, directions):
    [found] = load_recipe(written(tmp_path, rule(text))).watch.rules
    assert found.directions == directions


@pytest.mark.parametrize("measure", [*COUNTS, *LEVELS])
@pytest.mark.parametrize("per", PERS)
def test_every_measure_goes_with_every_subject_but_customers_of_whom_they_are_a_part(measure, per):
    is_known = measure != "customers" or per in ("theme", "brand")
    for kind in ("change", "trend"):
        if is_known:
            assert WatchRule(name="r", kind=kind, measure=measure, per=per).directions
        else:
            with pytest.raises(ValidationError, match="count comments"):
                WatchRule(name="r", kind=kind, measure=measure, per=per)


def test_the_environment_variable_of_a_notifier():
    assert Notifier(name="CX team - 2").address_variable == "CX_TEXT_NOTIFY_CX_TEAM_2"
    assert Notifier(name="a_").address_variable == "CX_TEXT_NOTIFY_A"
    assert Notifier(name="team", variable="MINE").address_variable == "MINE"


def test_what_is_not_said_has_a_default():
    options = WatchOptions()
    assert (options.period, options.period_days, options.mix, options.rules) == ("day", 1, ("source",), ())
    assert WatchOptions(period="week").period_days == 7
    assert WatchOptions(link="https://cx.example/").link == "https://cx.example"


def test_the_shipped_recipe_watches_each_kind():
    recipe = load_recipe("brand_watch")
    assert {one.kind for one in recipe.watch.rules} == {"change", "trend", "new_theme", "level", "silence"}
    assert [one.address_variable for one in recipe.watch.notifiers] == ["CX_TEXT_NOTIFY_TEAM", "CX_TEXT_NOTIFY_WEEKLY"]
