from pathlib import Path

import platformdirs
import pytest

from feesync import InvalidInputError, paths

HOMES = ("/root", "/root/", "/", "/x//y", "relative", "", None)
FOLDERS = (None, "", "/d", "/d/", "/d//e", "relative", "~/q")


@pytest.fixture(autouse=True)
def _not_remembered(monkeypatch):
    monkeypatch.delenv(paths.DATABASE_VARIABLE, raising=False)
    yield
    paths._user_database.cache_clear()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("home", HOMES)
def test_the_default_database_is_where_platformdirs_has_it(home, folder, monkeypatch):
    for name, value in (("HOME", home), ("XDG_DATA_HOME", folder)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    paths._user_database.cache_clear()
    own = platformdirs.user_data_path("feesync", appauthor=False)
    assert paths.database_path() == own / "feesync.db"


@pytest.mark.parametrize(
    "text",
    ["a.db", "./a.db", "b/../a.db", "b//a.db", "//b/a.db", "/b/a.db/", ".", "/", "~", "~/a.db"],
)
def test_a_path_is_written_as_pathlib_writes_it(text):
    assert paths.database_name(text) == str(Path(text).expanduser())
    assert paths.database_path(text) == Path(text).expanduser()


@pytest.mark.parametrize("text", ["", "a\0b", b"a.db", 7])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InvalidInputError, match="path"):
        paths.database_name(text)
