import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.measures import MeasureColumn
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.columns.profiles import find_profile, load_profile, profile_of, profiles_folder, save_profile

COLUMNS = ("Id", "Why?", "Stars", "Left", "Plan")
PLAN = ColumnPlan(("Why?",), rating="Stars", rating_scale=RatingScale(1, 5), id="Id", segments=("Plan",),
                  measures=(MeasureColumn("churned", "Left"), MeasureColumn("csat", "Happy", RatingScale(1, 5))))


def test_a_profile_says_what_the_plan_said(tmp_path):
    path = save_profile(profile_of(PLAN, COLUMNS, date_order="dmy"), "shop", folder=tmp_path)
    assert path == tmp_path / "shop.toml"
    found = load_profile("shop", folder=tmp_path)
    assert found.options == {"verbatim": ["Why?"], "rating": "Stars", "rating_scale": "1-5", "date_order": "dmy",
                             "id": "Id", "segments": ["Plan"], "measures": {"churned": "Left", "csat": "Happy:1-5"}}
    assert load_profile(str(path)) == found


def test_it_is_found_again_for_the_same_columns_in_any_order_and_no_others(tmp_path):
    save_profile(profile_of(PLAN, COLUMNS), "shop", folder=tmp_path)
    (tmp_path / "broken.toml").write_text("columns = [")
    assert find_profile(COLUMNS[::-1], folder=tmp_path)[0] == "shop"
    assert find_profile(COLUMNS[1:], folder=tmp_path) is None
    assert find_profile((*COLUMNS, "More"), folder=tmp_path) is None
    assert find_profile(COLUMNS, folder=tmp_path / "nowhere") is None


names = st.text(min_size=1, max_size=12)


@given(st.lists(names, min_size=1, max_size=5, unique=True))
def test_any_column_name_survives(tmp_path_factory, columns):
    folder = tmp_path_factory.mktemp("profiles")
    clean = tuple(c.encode("utf-8", "replace").decode() for c in columns)
    profile = profile_of(ColumnPlan((clean[0],)), clean)
    save_profile(profile, "x", folder=folder)
    assert load_profile("x", folder=folder) == profile


@pytest.mark.parametrize(("text", "message"), [
    ("columns = [", "not valid TOML"), ("columns = []\nnps = 'x'", "nps: extra inputs are not permitted."),
    ("id = 'x'", "columns: field required."),
])
def test_a_wrong_profile_is_one_line(tmp_path, text, message):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_profile("x", folder=tmp_path)
    assert str(raised.value).startswith(f"{tmp_path / 'x.toml'}: {message}")
    assert "\n" not in str(raised.value).replace(text, "")


def test_no_profile_of_a_name(tmp_path):
    with pytest.raises(ConfigError) as raised:
        load_profile("shop", folder=tmp_path)
    assert str(raised.value) == "there is no profile 'shop'. Make one: cx-text inspect FILE --save-profile NAME."
    save_profile(profile_of(PLAN, COLUMNS), "shop", folder=tmp_path)
    with pytest.raises(ConfigError) as raised:
        load_profile("shp", folder=tmp_path)
    assert str(raised.value) == "there is no profile 'shp'. Did you mean 'shop'?"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(ConfigError) as raised:
        save_profile(profile_of(PLAN, COLUMNS), name, folder=tmp_path)
    assert str(raised.value) == f"a profile cannot be called {name!r}. Give a plain name, such as support_survey."


def test_they_lie_where_settings_do(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert profiles_folder() == tmp_path / "cx_text" / "profiles"
