"""Settings from the environment: strict, explained, and secrets kept."""

from pathlib import Path

import pytest

from warmlist.errors import BadSettings
from warmlist.settings import Settings, load

pytestmark = pytest.mark.unit


def test_everything_has_a_default() -> None:
    assert load({"PATH": "/bin"}) == Settings()


def test_values_come_from_variables() -> None:
    settings = load({"WARMLIST_PORT": "9000", "WARMLIST_HOME": "/srv/warm", "WARMLIST_HOST": ""})
    assert (settings.port, settings.home, settings.host) == (9000, Path("/srv/warm"), "127.0.0.1")


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("WARMLIST_PROT", "WARMLIST_PORT"),
        ("WARMLIST_DATABASEURL", "WARMLIST_DATABASE_URL"),
        ("WARMLIST_OWNER_PASSWORD_FIEL", "WARMLIST_OWNER_PASSWORD_FILE"),
        ("warmlist_port", "WARMLIST_PORT"),
        ("WARMLIST_PORT_FILE", "WARMLIST_PORT"),
    ],
)
def test_a_misspelt_one_is_refused_with_the_nearest(variable: str, nearest: str) -> None:
    with pytest.raises(BadSettings, match=f"{variable} is not a setting .*{nearest}"):
        load({variable: "1"})


def test_the_test_suites_own_variables_are_left_alone() -> None:
    assert load({"WARMLIST_TEST_DATABASE_URL": "postgresql://x/y"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WARMLIST_PORT", "70000"),
        ("WARMLIST_PORT", "geheim"),
        ("WARMLIST_CURRENCY", "euro"),
        ("WARMLIST_TIME_ZONE", "Europe/Atlantis"),
        ("WARMLIST_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_and_not_repeated(variable: str, value: str) -> None:
    with pytest.raises(BadSettings, match=variable) as error:
        load({variable: value})
    assert value not in str(error.value)


def test_a_secret_comes_from_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("geheim\n")
    file.chmod(0o600)
    settings = load({"WARMLIST_OWNER_PASSWORD_FILE": str(file)})
    assert settings.owner_password is not None
    assert settings.owner_password.get_secret_value() == "geheim"
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "secret"
    file.write_text("geheim")
    file.chmod(mode)
    with pytest.raises(BadSettings, match=f"run: chmod 600 {file}"):
        load({"WARMLIST_OWNER_PASSWORD_FILE": str(file)})


@pytest.mark.parametrize("content", [b"", b"one\ntwo\n", b"\xff\xfe"])
def test_a_secret_file_holds_one_line_of_text(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(BadSettings, match="WARMLIST_OWNER_PASSWORD_FILE"):
        load({"WARMLIST_OWNER_PASSWORD_FILE": str(file)})


def test_a_secret_file_that_is_not_there_is_named() -> None:
    with pytest.raises(BadSettings, match="/nowhere/secret: No such file"):
        load({"WARMLIST_OWNER_PASSWORD_FILE": "/nowhere/secret"})


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("geheim")
    file.chmod(0o600)
    with pytest.raises(BadSettings, match="WARMLIST_OWNER_PASSWORD is given twice"):
        load({"WARMLIST_OWNER_PASSWORD": "x", "WARMLIST_OWNER_PASSWORD_FILE": str(file)})


def test_every_setting_is_explained() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]
