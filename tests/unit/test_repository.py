"""Reading a widget repository: what is good of it, and every problem with its place."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.gateway import BrokenConnector, Connector
from widget_workbench.problem import Code
from widget_workbench.repository import Repository, RepositoryError, read_repository

MANIFEST = {"title": "Weather", "category": "Tools"}
CONNECTOR = {"name": "Things", "permalink": "things", "url": "https://api.example/"}


def write(root: Path, files: dict[str, Any]) -> Path:
    """Files by path: text, bytes, or what becomes JSON."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content))
    return root


def read(root: Path, files: dict[str, Any]) -> Repository:
    (root / "widgets").mkdir(exist_ok=True)
    return read_repository(write(root, files))


def problems_of(repository: Repository) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in repository.problems]


# Widgets


def test_a_directory_with_a_main_py_is_a_python_widget(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/weather/widget.json": MANIFEST,
            "widgets/weather/main.py": "t'templates do not parse here'",
            "widgets/weather/test_weather.py": "",
        },
    )

    (widget,) = repository.widgets
    assert (widget.type, widget.python, widget.entry) == ("weather", True, "index.html")
    assert widget.source == widget.directory == tmp_path / "widgets/weather"
    assert repository.problems == ()


def test_a_directory_without_one_is_a_javascript_widget(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/clock/widget.json": {
                **MANIFEST,
                "source": {"path": "dist", "entry": "index.html"},
            },
            "widgets/clock/dist/index.html": "<p>",
        },
    )

    (widget,) = repository.widgets
    assert (widget.type, widget.python, widget.entry) == ("clock", False, "index.html")
    assert widget.source == tmp_path / "widgets/clock/dist"


def test_a_widgets_code_is_never_imported(tmp_path: Path) -> None:
    main = "import sys; sys.modules['planted_by_a_widget'] = sys"
    read(tmp_path, {"widgets/a/widget.json": MANIFEST, "widgets/a/main.py": main})

    assert "planted_by_a_widget" not in sys.modules


def test_props_are_the_default_config_over_the_properties_defaults(tmp_path: Path) -> None:
    properties = [
        {"name": "title", "label": "Title", "type": "text", "defaultValue": "Weather"},
        {"name": "city", "label": "City", "type": "text", "defaultValue": "Warsaw"},
        {"name": "note", "label": "Note", "type": "text"},
    ]
    manifest = {
        **MANIFEST,
        "configuration": {"properties": properties},
        "defaultConfig": {"city": "Lisbon", "extra": [1]},
        "widgetsLibrary": False,
        "futureField": 1,
    }
    repository = read(
        tmp_path, {"widgets/weather/widget.json": manifest, "widgets/weather/main.py": ""}
    )

    (widget,) = repository.widgets
    assert widget.manifest.props() == {"title": "Weather", "city": "Lisbon", "extra": [1]}
    assert widget.manifest.widgets_library is False
    assert repository.problems == ()


SOURCE = {"path": "dist", "entry": "index.html"}


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"category": "Tools"}, "`title`: is required"),
        ({"title": "a"}, "`category`: is required"),
        ({**MANIFEST, "version": 1}, "`version`: input should be a valid string"),
        ({**MANIFEST, "containers": "Sidebar"}, "`containers`"),
        (
            {**MANIFEST, "configuration": {"properties": {"title": {}}}},
            "`configuration.properties`: has to be an array of properties",
        ),
        ('{"title": "a",}', "is not JSON: "),
        ("", "is not JSON: Expecting value (line 1, column 1)"),
        ("[]", "is not a JSON object"),
        ('{"title": NaN}', "is not JSON: NaN"),
        ("[" * 100_000, "is not JSON: "),
        (b'{"title": "\xff"}', "is not UTF-8 (byte 11)"),
        (MANIFEST, "exactly one of `source` and `content` is needed, and there is neither"),
        (
            {**MANIFEST, "source": SOURCE, "content": {}},
            "exactly one of `source` and `content` is needed, and there is both",
        ),
        ({**MANIFEST, "content": {"endpoint": "https://a"}}, "the preview does not show it"),
        ({**MANIFEST, "source": {"path": "dist"}}, "`source.entry`: is required"),
        ({**MANIFEST, "source": SOURCE}, "the entry dist/index.html does not exist"),
        ({**MANIFEST, "source": {**SOURCE, "path": "/etc"}}, "must not start with '/'"),
        ({**MANIFEST, "source": {**SOURCE, "path": "\\etc"}}, "\\etc must not start with '\\'"),
        ({**MANIFEST, "source": {**SOURCE, "path": "../good"}}, "must not contain '../'"),
        ({**MANIFEST, "source": {**SOURCE, "entry": "../x"}}, "must not contain '../'"),
    ],
)
def test_a_bad_manifest_is_a_problem_and_harms_no_other(
    tmp_path: Path, manifest: Any, message: str
) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/bad/widget.json": manifest,
            "widgets/good/widget.json": MANIFEST,
            "widgets/good/main.py": "",
        },
    )

    assert [widget.type for widget in repository.widgets] == ["good"]
    told = problems_of(repository)
    assert {path for path, _ in told} == {"widgets/bad/widget.json"}
    assert len([text for _, text in told if message in text]) == 1


def test_a_widget_is_previewed_by_what_is_good_of_its_manifest(tmp_path: Path) -> None:
    manifest = {
        **MANIFEST,
        "version": "1.0",
        "containers": ["Full Width"],
        "configuration": {
            "properties": [
                {"name": "city", "type": "text", "defaultValue": "Warsaw"},
                {"name": "unit", "type": "select"},
                {"name": "days", "type": "number", "defaultValue": 3},
            ]
        },
    }
    repository = read(tmp_path, {"widgets/a/widget.json": manifest, "widgets/a/main.py": ""})

    (widget,) = repository.widgets
    assert widget.manifest.version == "1.0.0"
    assert widget.manifest.props() == {"city": "Warsaw", "days": 3}
    assert [problem.code for problem in repository.problems] == [
        "WORKBENCH_INVALID_VERSION",
        "WORKBENCH_INVALID_DEFINITION",
        "WORKBENCH_INVALID_CONFIGURATION",
    ]


def test_every_bad_field_of_a_manifest_is_told(tmp_path: Path) -> None:
    repository = read(tmp_path, {"widgets/a/widget.json": {"description": 1}})

    assert len(repository.problems) == 4


def test_a_python_widget_without_a_manifest_is_a_problem(tmp_path: Path) -> None:
    repository = read(tmp_path, {"widgets/a/main.py": ""})

    ((path, message),) = problems_of(repository)
    assert path == "widgets/a/widget.json"
    assert "is missing" in message


@pytest.mark.parametrize("file", ["man.py", "README", "dist/index.html"])
def test_a_directory_with_neither_of_a_widgets_two_files_is_told(tmp_path: Path, file: str) -> None:
    repository = read(tmp_path, {f"widgets/a/{file}": "", "widgets/a/_props.pyi": ""})

    (problem,) = repository.problems
    assert (problem.path, problem.code, problem.error) == ("widgets/a", Code.NO_EFFECT, False)
    assert problem.message.startswith("has neither widget.json nor main.py, so it is no widget: ")
    assert problem.message.endswith("begin its name with '_'.")


@pytest.mark.parametrize(
    "file",
    [
        "__pycache__/main.cpython-314.pyc",
        ".DS_Store",
        "_props.pyi",
        "node_modules/a/index.js",
        "connectors.json",
    ],
)
def test_a_directory_that_nothing_is_missing_from_is_not_told(tmp_path: Path, file: str) -> None:
    (tmp_path / "widgets" / "empty").mkdir(parents=True)
    text = '{"connectors": []}' if file.endswith(".json") else ""

    assert read(tmp_path, {f"widgets/a/{file}": text}).problems == ()


def test_dotfiles_and_caches_are_no_widgets(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/.hidden/widget.json": MANIFEST,
            "widgets/.hidden/main.py": "",
            "widgets/__pycache__/main.py": "",
            "widgets/_shared/format.py": "",
            "widgets/README.md": "",
        },
    )

    assert repository.widgets == ()
    assert repository.problems == ()


def test_a_name_that_cannot_be_a_type_is_a_problem(tmp_path: Path) -> None:
    repository = read(tmp_path, {"widgets/a,b/widget.json": MANIFEST, "widgets/a,b/main.py": ""})

    assert repository.widgets == ()
    assert [problem.path for problem in repository.problems] == ["widgets/a,b"]


def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    outside = write(
        tmp_path / "outside",
        {"widget.json": MANIFEST, "main.py": "", "connectors.json": {"connectors": [CONNECTOR]}},
    )
    root = write(tmp_path / "repository", {"widgets/file/main.py": "", "preview.toml": ""})
    (root / "widgets/linked").symlink_to(outside)
    (root / "widgets/file/widget.json").symlink_to(outside / "widget.json")
    (root / "widgets/file/connectors.json").symlink_to(outside / "connectors.json")

    repository = read_repository(root)

    assert (repository.widgets, repository.connectors) == ((), ())
    assert sorted(path for path, _ in problems_of(repository)) == [
        "widgets/file/connectors.json",
        "widgets/file/widget.json",
        "widgets/linked",
    ]


def test_a_directory_without_widgets_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="no widget repository") as raised:
        read_repository(tmp_path)

    assert str(tmp_path) in str(raised.value)


# Connectors


def test_connectors_of_widgets_and_of_the_community_are_read(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/a/connectors.json": {"connectors": [CONNECTOR]},
            "preview.connectors.json": {
                "connectors": [
                    {**CONNECTOR, "permalink": "contacts", "method": "POST"},
                    {**CONNECTOR, "permalink": "contacts", "method": "PUT"},
                ]
            },
        },
    )

    assert [
        (definition.permalink, definition.method)
        for definition in repository.connectors
        if isinstance(definition, Connector)
    ] == [("things", "GET"), ("contacts", "POST"), ("contacts", "PUT")]
    assert repository.problems == ()


def test_a_bad_connector_is_a_problem_and_harms_no_other(tmp_path: Path) -> None:
    bad = {"permalink": "bad", "method": "FETCH", "headers": [{"key": "a"}]}
    repository = read(tmp_path, {"widgets/a/connectors.json": {"connectors": [bad, CONNECTOR]}})

    broken, good = repository.connectors
    assert isinstance(broken, BrokenConnector)
    assert isinstance(good, Connector)
    assert [
        (problem.path, problem.connector, problem.message.split(":")[0])
        for problem in repository.problems
    ] == [
        ("widgets/a/connectors.json", "bad", f"connector 'bad', `{field}`")
        for field in ("url", "method", "headers[0].value", "name")
    ]


@pytest.mark.parametrize("text", ["{", "[]", b"\xff", '{"connectors": {}}'])
def test_a_file_of_connectors_that_cannot_be_read_is_one_problem(tmp_path: Path, text: Any) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/a/connectors.json": text,
            "widgets/b/connectors.json": {"connectors": [CONNECTOR]},
        },
    )

    assert [path for path, _ in problems_of(repository)] == ["widgets/a/connectors.json"]
    assert len(repository.connectors) == 1


@pytest.mark.parametrize("file", ["widgets/a/connectors.json", "preview.connectors.json"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", " is not JSON: "),
        ("[]", " is not a JSON object."),
        (b"\xff", " is not UTF-8 (byte 0)."),
        ('{"connectors": {}}', ": `connectors`: is not an array of definitions."),
    ],
)
def test_a_file_whose_connectors_nobody_knows_is_named_with_its_reason(
    tmp_path: Path, file: str, text: Any, reason: str
) -> None:
    (sentence,) = read(tmp_path, {file: text}).unreadable_connectors

    assert sentence.startswith(f"{file}{reason}")
    assert sentence.endswith(".")


@pytest.mark.parametrize("target", ["../elsewhere.json", "nowhere.json", "connectors.json"])
def test_a_link_that_leads_to_no_file_of_the_repository_cannot_be_read(
    tmp_path: Path, target: str
) -> None:
    (tmp_path / "elsewhere.json").write_text('{"connectors": []}')
    root = tmp_path / "shop"
    (root / "widgets/a").mkdir(parents=True)
    (root / "widgets/a/connectors.json").symlink_to(target.replace("../", "../../../"))

    (sentence,) = read(root, {}).unreadable_connectors

    assert sentence.startswith("widgets/a/connectors.json ")


def test_files_that_can_be_read_leave_no_connector_unknown(tmp_path: Path) -> None:
    repository = read(
        tmp_path,
        {
            "widgets/a/widget.json": "{",
            "widgets/a/connectors.json": {"connectors": [CONNECTOR, {"name": "bad"}]},
        },
    )

    assert len(repository.problems) == 2
    assert repository.unreadable_connectors == ()


def test_of_a_permalink_in_both_files_the_repositorys_is_called(tmp_path: Path) -> None:
    elsewhere = {**CONNECTOR, "url": "https://elsewhere.example/", "method": "POST"}
    repository = read(
        tmp_path,
        {
            "widgets/a/connectors.json": {"connectors": [CONNECTOR]},
            "preview.connectors.json": {"connectors": [elsewhere]},
        },
    )

    (definition,) = repository.connectors
    assert isinstance(definition, Connector)
    assert definition.url == CONNECTOR["url"]
    (problem,) = repository.problems
    assert problem.path == "preview.connectors.json"
    assert problem.connector == "things"
    assert "widgets/a/connectors.json" in problem.message


def test_a_published_permalink_stands_for_one_connector(tmp_path: Path) -> None:
    other = {**CONNECTOR, "method": "POST"}
    repository = read(
        tmp_path,
        {
            "widgets/a/connectors.json": {"connectors": [CONNECTOR]},
            "widgets/b/connectors.json": {"connectors": [other]},
        },
    )

    (definition,) = repository.connectors
    assert isinstance(definition, BrokenConnector)
    assert "widgets/a/connectors.json and widgets/b/connectors.json" in definition.reason
    assert [problem.path for problem in repository.problems] == [
        "widgets/a/connectors.json",
        "widgets/b/connectors.json",
    ]


def test_a_permalink_of_the_community_stands_once_for_each_method(tmp_path: Path) -> None:
    repository = read(tmp_path, {"preview.connectors.json": {"connectors": [CONNECTOR, CONNECTOR]}})

    (definition,) = repository.connectors
    assert isinstance(definition, BrokenConnector)
    assert "once for each method" in definition.reason


def test_a_connector_and_a_composite_may_have_one_permalink(tmp_path: Path) -> None:
    step = {"name": "one", "url": "https://api.example/"}
    composite = {"name": "Things", "steps": [step]}
    repository = read(
        tmp_path,
        {
            "widgets/a/connectors.json": {
                "connectors": [CONNECTOR],
                "composite_connectors": [composite],
            }
        },
    )

    assert len(repository.connectors) == 2
    assert repository.problems == ()


# preview.toml


def test_preview_toml_is_read(tmp_path: Path) -> None:
    text = """
        allow_hosts = ["LOCALHOST:9000", "[::1]:9000"]
        [upstreams]
        "Weather.Example" = "upstream:app"
        "crm.example:8443" = "http://127.0.0.1:9000/crm"
        [user]
        id = 9
        email = "bob@example.com"
        profile_fields = { 42 = "Support" }
        [tenant]
        id = "t-1"
        [variables]
        region = "eu"
    """
    called = [
        {"name": host, "url": f"https://{host}/"}
        for host in ("weather.example", "crm.example:8443")
    ]
    files = {"preview.toml": text, "preview.connectors.json": {"connectors": called}}
    repository = read(tmp_path, files)

    settings = repository.settings
    assert repository.problems == ()
    assert settings.allow_hosts == ["localhost:9000", "[::1]:9000"]
    assert settings.upstreams == {
        "weather.example": "upstream:app",
        "crm.example:8443": "http://127.0.0.1:9000/crm",
    }
    assert (settings.user.id, settings.user.email) == (9, "bob@example.com")
    assert settings.user.profile_fields == {"42": "Support"}
    assert settings.tenant.id == "t-1"
    assert settings.variables == {"region": "eu"}


@pytest.mark.parametrize(
    "written", ["münchen.example", "München.Example", "xn--mnchen-3ya.example"]
)
@pytest.mark.parametrize("called", ["münchen.example", "xn--mnchen-3ya.example"])
def test_a_name_beyond_ascii_is_one_host_however_it_is_written(
    tmp_path: Path, written: str, called: str
) -> None:
    text = f'allow_hosts = ["{written}:9000"]\nupstreams = {{ "{written}" = "upstream:app" }}\n'
    connectors = {"connectors": [{"name": "a", "url": f"https://{called}/"}]}
    repository = read(tmp_path, {"preview.toml": text, "preview.connectors.json": connectors})

    assert repository.problems == ()
    assert repository.settings.allow_hosts == ["xn--mnchen-3ya.example:9000"]
    assert repository.settings.upstreams == {"xn--mnchen-3ya.example": "upstream:app"}


def test_a_bad_upstream_of_a_name_beyond_ascii_is_kept_for_its_host(tmp_path: Path) -> None:
    repository = read(tmp_path, {"preview.toml": 'upstreams = { "münchen.example" = "nonsense" }'})

    assert list(repository.bad_upstreams) == ["xn--mnchen-3ya.example"]


def test_without_preview_toml_there_is_a_default_member(tmp_path: Path) -> None:
    settings = read(tmp_path, {}).settings

    assert settings.user.guest is False
    assert settings.user.username
    assert settings.upstreams == {}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("allow_host = []", "allow_host"),
        ('allow_hosts = "localhost"', "allow_hosts"),
        ('allow_hosts = ["https://localhost"]', "allow_hosts[0]"),
        ("upstreams = 1", "upstreams"),
        ('upstreams = { "a.example" = "upstream" }', "upstreams.a.example"),
        ('upstreams = { "a.example" = "ftp://b" }', "upstreams.a.example"),
        ('upstreams = { "a.example" = "up/stream:app" }', "upstreams.a.example"),
        ('upstreams = { "https://a.example" = "upstream:app" }', "upstreams.https://a.example"),
        ('user = { id = "7" }', "user.id"),
        ("user = { id = true }", "user.id"),
        ("user = { id = 0 }", "user.id"),
        ("user = { id = 9007199254740992 }", "user.id"),
        ("user = { id = 99999999999999999999 }", "user.id"),
        ('allow_hosts = ["a\u20ac b.example"]', "allow_hosts[0]"),
        ('user = { mail = "a@example.com" }', "user.mail"),
        ("tenant = { id = 1 }", "tenant.id"),
        ("variables = { a = 1 }", "variables.a"),
    ],
)
def test_a_bad_key_of_preview_toml_is_a_problem_and_harms_no_other(
    tmp_path: Path, line: str, key: str
) -> None:
    good = "[more]\n[upstreams2]\n"
    repository = read(tmp_path, {"preview.toml": f"{line}\n{good}"})

    told = {message.split("`: ")[0].removeprefix("`") for _, message in problems_of(repository)}
    assert told == {key, "more", "upstreams2"}
    assert repository.settings.upstreams == {}


@pytest.mark.parametrize(
    "value", ["0", "-1", "true", '"7"', "7.0", "9007199254740992", "9" * 30, "[7]", "nan"]
)
def test_the_number_of_a_user_is_told_with_its_bounds(tmp_path: Path, value: str) -> None:
    repository = read(tmp_path, {"preview.toml": f"user = {{ id = {value} }}"})

    assert problems_of(repository) == [
        ("preview.toml", "`user.id`: has to be a whole number from 1 to 9007199254740991.")
    ]
    assert repository.settings.user.id == 7


@pytest.mark.parametrize("number", [1, 9007199254740991])
def test_a_user_has_the_first_and_the_last_of_these_numbers(tmp_path: Path, number: int) -> None:
    repository = read(tmp_path, {"preview.toml": f"user = {{ id = {number} }}"})

    assert repository.problems == ()
    assert repository.settings.user.id == number


def test_what_is_good_of_preview_toml_holds(tmp_path: Path) -> None:
    text = """
        allow_hosts = ["a.example", "https://b", "c.example", 5]
        upstreams = { "a.example" = "upstream:app", "b.example" = "nonsense" }
        user = { id = 9, username = 5 }
    """
    called = {"connectors": [{"name": "a", "url": "https://a.example/"}]}
    repository = read(tmp_path, {"preview.toml": text, "preview.connectors.json": called})

    settings = repository.settings
    assert settings.allow_hosts == ["a.example", "c.example"]
    assert settings.upstreams == {"a.example": "upstream:app"}
    assert settings.user.id == 9
    assert len(repository.problems) == 4


@pytest.mark.parametrize("text", ["allow_hosts = [", b"a = '\xff'"])
def test_a_preview_toml_that_cannot_be_read_is_one_problem(tmp_path: Path, text: Any) -> None:
    repository = read(
        tmp_path,
        {"preview.toml": text, "widgets/a/widget.json": MANIFEST, "widgets/a/main.py": ""},
    )

    assert [path for path, _ in problems_of(repository)] == ["preview.toml"]
    assert len(repository.widgets) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("allow_hosts = [", "preview.toml is not TOML: "),
        ("id = " + "9" * 5000, "preview.toml is not TOML: "),
        (b"a = '\xff'", "preview.toml is not UTF-8 (byte 5)."),
        ("upstreams = 1", "In preview.toml, `upstreams`: "),
        ('[upstreams]\n"https://a.example" = "upstream:app"', "In preview.toml, `upstreams.https"),
        ('[upstreams]\na.example = "upstream:app"', "In preview.toml, `upstreams.a`: is a table"),
    ],
)
def test_a_preview_toml_that_does_not_tell_which_hosts_have_an_upstream_is_unreadable(
    tmp_path: Path, text: Any, reason: str
) -> None:
    repository = read(tmp_path, {"preview.toml": text})

    assert repository.unreadable_settings is not None
    assert repository.unreadable_settings.startswith(reason)
    assert repository.unreadable_settings.endswith(".")
    assert len(repository.problems) == 1


def test_a_preview_toml_that_is_no_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "preview.toml").mkdir()

    repository = read(tmp_path, {})

    assert [path for path, _ in problems_of(repository)] == ["preview.toml"]
    assert repository.unreadable_settings is not None
    assert repository.unreadable_settings.startswith("preview.toml cannot be read: ")


def test_a_bad_upstream_has_its_reason_by_its_host(tmp_path: Path) -> None:
    text = """
        user = 1
        [upstreams]
        "A.example" = "ftp://b"
        "b.example:8443" = 5
        "c.example" = "upstream:app"
    """
    repository = read(tmp_path, {"preview.toml": text})

    assert repository.unreadable_settings is None
    assert list(repository.bad_upstreams) == ["a.example", "b.example:8443"]
    assert "`upstreams.A.example`: 'ftp://b' is neither" in repository.bad_upstreams["a.example"]
    assert repository.settings.upstreams == {"c.example": "upstream:app"}


# Upstreams that no connector calls

COMPOSITE = {"name": "Both", "steps": [{"name": "one", "url": "https://step.example/"}]}


def uncalled(root: Path, host: str, document: dict[str, Any]) -> list[str]:
    """The problems of preview.toml when it maps a host that these connectors may call."""
    files = {
        "widgets/a/connectors.json": document,
        "preview.toml": f'[upstreams]\n"{host}" = "upstream:app"\n',
    }
    repository = read(root, files)
    return [message for path, message in problems_of(repository) if path == "preview.toml"]


@pytest.mark.parametrize(
    ("host", "message"),
    [
        (
            "events.mycorp.exmple",
            "`upstreams.events.mycorp.exmple`: no connector calls this host; "
            "one calls events.mycorp.example: is one of the two misspelt?",
        ),
        (
            "events.mycorp.example:8443",
            "`upstreams.events.mycorp.example:8443`: no connector calls this host; "
            "one calls events.mycorp.example: is one of the two misspelt?",
        ),
        (
            "people.mycorp.example",
            "`upstreams.people.mycorp.example`: no connector calls this host.",
        ),
        ("zzz", "`upstreams.zzz`: no connector calls this host."),
    ],
)
def test_an_upstream_that_no_connector_calls_is_a_problem(
    tmp_path: Path, host: str, message: str
) -> None:
    event = {
        **CONNECTOR,
        "url": "https://events.mycorp.example/{{ pathParams.id }}?q={{ user.id }}",
    }

    assert uncalled(tmp_path, host, {"connectors": [event]}) == [message]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("api.example", "https://API.example./things"),
        ("api.example", "https://api.example:8443/things"),
        ("api.example:8443", "https://api.example:8443/things"),
        ("api.example:443", "https://api.example"),
        ("api.example:80", "http://api.example"),
        ("[2001:db8::1]", "https://[2001:db8::1]/"),
    ],
)
def test_an_upstream_is_called_by_its_host_with_or_without_the_port(
    tmp_path: Path, host: str, url: str
) -> None:
    assert uncalled(tmp_path, host, {"connectors": [{**CONNECTOR, "url": url}]}) == []


def test_a_composites_step_and_a_token_endpoint_call_hosts_too(tmp_path: Path) -> None:
    config = {"client_id": "a", "client_secret": "b", "token_url": "https://auth.example/token"}
    authentication = {"type": "oauth_client_credentials", "config": config}
    document = {
        "connectors": [{**CONNECTOR, "authentication": authentication}],
        "composite_connectors": [COMPOSITE],
    }

    assert uncalled(tmp_path, "auth.example", document) == []
    assert uncalled(tmp_path, "step.example", document) == []
    assert len(uncalled(tmp_path, "other.example", document)) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"connectors": [CONNECTOR, {"name": "broken"}]},
        {"connectors": [CONNECTOR, {"url": "https://[/"}, 5]},
        {"connectors": [{**CONNECTOR, "authentication": {"type": "bearer"}}]},
        {"connectors": [CONNECTOR], "composite_connectors": {}},
    ],
)
def test_a_broken_definition_may_be_meant_to_call_any_host(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    assert uncalled(tmp_path, "api.exmple", document) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://{{ get_variable('host') }}/x",
        "https://{{ a['/'] }}.example/x",
        "{{ base }}/x",
        "https://{% if a %}a{% endif %}.example/",
    ],
)
def test_a_templated_host_may_be_any(tmp_path: Path, url: str) -> None:
    document = {"connectors": [CONNECTOR, {**CONNECTOR, "permalink": "other", "url": url}]}

    assert uncalled(tmp_path, "api.exmple", document) == []


def test_connectors_that_cannot_be_read_may_call_any_host(tmp_path: Path) -> None:
    write(tmp_path, {"preview.connectors.json": "{"})

    assert uncalled(tmp_path, "api.exmple", {"connectors": [CONNECTOR]}) == []


# What in good definitions is not meant


def warned(root: Path, document: dict[str, Any], preview_toml: str = "") -> list[str]:
    """What is told of these connectors, none of which is broken."""
    files = {"widgets/a/connectors.json": document, "preview.toml": preview_toml}
    repository = read(root, files)
    assert not any(isinstance(each, BrokenConnector) for each in repository.connectors)
    assert all(path == "widgets/a/connectors.json" for path, _ in problems_of(repository))
    return [message for _, message in problems_of(repository)]


def things(**fields: Any) -> dict[str, Any]:
    return {"connectors": [{**CONNECTOR, **fields}]}


def both(*steps: dict[str, Any]) -> dict[str, Any]:
    named = [{"name": name, **STEP, **step} for name, step in zip("ab", steps, strict=False)]
    return {"composite_connectors": [{"name": "Both", "steps": named}]}


STEP = {"url": "https://api.example/"}
IGNORED = "is not a known field and is ignored"
KEY = {"key": "X-Key", "value": "k"}


@pytest.mark.parametrize(
    ("document", "messages"),
    [
        (
            things(query_params=[]),
            [f"connector 'things', `query_params`: {IGNORED}; did you mean 'query_parameters'?"],
        ),
        (
            things(responsebody="x"),
            [f"connector 'things', `responsebody`: {IGNORED}; did you mean 'response_body'?"],
        ),
        (things(color="red"), [f"connector 'things', `color`: {IGNORED}."]),
        (
            things(headers=[{**KEY, "overrideable": True}]),
            [
                f"connector 'things', `headers[0].overrideable`: {IGNORED}; "
                "did you mean 'overridable'?"
            ],
        ),
        (
            things(path_parameters=[{"key": "id", "default": "1"}]),
            [f"connector 'things', `path_parameters[0].default`: {IGNORED}."],
        ),
        (
            things(authentication={"type": "apikey", "config": {**KEY, "location": "query"}}),
            [f"connector 'things', `authentication.config.location`: {IGNORED}."],
        ),
        (
            things(authentication={"type": "api_key", "config": KEY, "confg": {}}),
            [f"connector 'things', `authentication.confg`: {IGNORED}; did you mean 'config'?"],
        ),
        (
            both({"requestbody": "x", "permalink": "from-a-connector"}),
            [f"connector 'both', `steps[0].requestbody`: {IGNORED}; did you mean 'request_body'?"],
        ),
        ({"conectors": []}, [f"`conectors`: {IGNORED}; did you mean 'connectors'?"]),
        (things(**{"$schema": "x", "_note": "y"}), []),
        (things(authentication={"type": "none", "config": {"left": "over"}}), []),
        (
            things(**{f"f{number}": 1 for number in range(2000)}),
            [
                *[f"connector 'things', `f{number}`: {IGNORED}." for number in range(10)],
                "connector 'things', 1990 more fields are not known and ignored.",
            ],
        ),
    ],
)
def test_a_field_that_is_not_known_is_told(
    tmp_path: Path, document: dict[str, Any], messages: list[str]
) -> None:
    assert warned(tmp_path, document) == messages


def test_an_unknown_field_of_a_broken_definition_is_told_too(tmp_path: Path) -> None:
    document = {"connectors": [{"name": "Things", "uri": "https://api.example/"}]}

    repository = read(tmp_path, {"widgets/a/connectors.json": document})

    assert [message for _, message in problems_of(repository)] == [
        "connector 'things', `url`: is required.",
        f"connector 'things', `uri`: {IGNORED}; did you mean 'url'?",
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            things(method="POST", request_body='{"n": "{{ body_text }"}'),
            "connector 'things', `request_body`: the template is not valid in line 1, column 21: "
            "unexpected '}'.",
        ),
        (
            things(headers=[{"key": "a", "value": "{{ user.emial }}"}]),
            "connector 'things', `headers[0].value`: user.emial is not defined; did you mean 'email'?",
        ),
        (
            things(authentication={"type": "jwt", "config": {
                "private_key": "{{ get_secret(pem) }}", "claims": {"sub": "x"}}}),
            "connector 'things', `authentication.config.private_key`: 'pem' is not defined; "
            "a name goes in quotes: get_secret('pem').",
        ),
        (
            things(path_parameters=[{"key": "id", "value": "{{ get_secret('a') }}"}]),
            "connector 'things', `path_parameters[0].value`: get_secret is not available in the URL; "
            "only headers, query parameters and authentication have it.",
        ),
        (
            things(response_body="{{ response.body | tojsn }}"),
            "connector 'things', `response_body`: the template is not valid in line 1: No filter "
            "named 'tojsn'; did you mean 'tojson'?",
        ),
        (
            both({}, {"response_body": "{{ steps.b.body }}"}),
            "connector 'both', `steps[1].response_body`: steps.b is not defined; the steps so far: a.",
        ),
        (
            {"composite_connectors": [{"name": "Both", "steps": []}]},
            "connector 'both', `steps`: there are none to execute, so that calling it fails.",
        ),
    ],
)  # fmt: skip
def test_a_template_that_cannot_come_to_anything_is_told(
    tmp_path: Path, document: dict[str, Any], message: str
) -> None:
    assert warned(tmp_path, document) == [message]


PRIVATE = "which connectors may not reach"


@pytest.mark.parametrize(
    ("url", "preview_toml", "expected"),
    [
        ("http://api.example/a", "", "https"),
        ("http://api.example/a", '[upstreams]\n"api.example" = "upstream:app"', "https"),
        ("http://api.example/a", 'allow_hosts = ["other.example"]', "https"),
        ("http://api.example/a", 'allow_hosts = ["api.example"]', None),
        ("http://api.example:8080/a", 'allow_hosts = ["api.example:8080"]', None),
        ("https://localhost:9000/{{ user.id }}", "", PRIVATE),
        ("https://localhost:9000/", 'allow_hosts = ["localhost"]', None),
        ("https://printer.local/", "", PRIVATE),
        ("https://printer.local/", '[upstreams]\n"printer.local" = "upstream:app"', None),
        ("https://10.0.0.1", "", PRIVATE),
        ("https://[::1]?q=1", "", PRIVATE),
        ("https://me:secret@api.example/", "", "user name or password"),
        ("https://api.example:99999/", "", "port"),
        ("ftp://api.example/", "", "https://"),
        ("api.example/things", "", "https://"),
        ("https:///things", "", "https://"),
        ("https://api.example/http://localhost/", "", None),
        ("https://{{ get_variable('host') | default('localhost') }}/", "", None),
    ],
)
def test_a_url_that_no_connector_may_call_is_told(
    tmp_path: Path, url: str, preview_toml: str, expected: str | None
) -> None:
    told = warned(tmp_path, things(url=url), preview_toml)

    assert len(told) == (0 if expected is None else 1)
    for message in told:
        assert message.startswith("connector 'things', `url`: ")
        assert (expected or "") in message
        assert "secret" not in message


def test_of_a_step_and_a_token_endpoint_the_field_is_named(tmp_path: Path) -> None:
    config = {"client_id": "a", "client_secret": "b", "token_url": "https://127.0.0.1/token"}
    step = {"authentication": {"type": "oauth_client_credentials", "config": config}}

    (message,) = warned(tmp_path, both({}, step))

    assert message.startswith("connector 'both', `steps[1].authentication.config.token_url`: The ")


@pytest.mark.parametrize(
    "preview_toml", ["allow_hosts = [", '[upstreams]\n"localhost" = "nonsense"']
)
def test_hosts_that_may_be_allowed_or_mapped_are_not_told(
    tmp_path: Path, preview_toml: str
) -> None:
    files = {
        "widgets/a/connectors.json": things(url="https://localhost/"),
        "preview.toml": preview_toml,
    }

    repository = read(tmp_path, files)

    assert [path for path, _ in problems_of(repository)] == ["preview.toml"]


def test_what_is_warned_of_is_called_all_the_same(tmp_path: Path) -> None:
    document = things(url="http://api.example/", request_body="{{ payload }}", color="red")

    repository = read(tmp_path, {"widgets/a/connectors.json": document})

    (definition,) = repository.connectors
    assert isinstance(definition, Connector)
    assert len(repository.problems) == 3


def test_of_very_many_names_that_are_not_defined_the_first_are_told(tmp_path: Path) -> None:
    template = "".join(f"{{{{ n{number} }}}}" for number in range(4000))

    told = warned(tmp_path, things(response_body=template))

    assert len(told) == 11
    assert told[-1] == (
        "connector 'things', `response_body`: 3990 more names in it are not defined."
    )


def test_of_very_much_in_templates_the_rest_is_not_looked_through(tmp_path: Path) -> None:
    large = {"request_body": "{{ payload }}" + "{# #}" * 12_000}
    document = {
        "connectors": [
            {**CONNECTOR, "permalink": f"c{number}", "name": f"c{number}", **large}
            for number in range(8)
        ]
    }

    told = warned(tmp_path, document)

    assert len(told) == 5
    assert told[-1] == (
        "connector 'c4' and those after it are not looked through for mistakes in templates: "
        "these are too long."
    )


def test_a_permalink_twice_in_one_file_is_one_problem(tmp_path: Path) -> None:
    files = {"widgets/a/connectors.json": {"connectors": [CONNECTOR, CONNECTOR]}}

    assert len(read(tmp_path, files).problems) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('user = { firstname = "A" }', "`user.firstname`: is not a known key; did you mean 'first_name'?"),
        ('tenantid = "a"', "`tenantid`: is not a known key; did you mean 'tenant'?"),
        ('tenant = { x = "a" }', "`tenant.x`: is not a known key; there are: id."),
        ("zzz = 1", "`zzz`: is not a known key; there are: allow_hosts, tenant, upstreams, user, variables."),
    ],
)  # fmt: skip
def test_an_unknown_key_of_preview_toml_is_answered_with_what_there_is(
    tmp_path: Path, line: str, message: str
) -> None:
    assert problems_of(read(tmp_path, {"preview.toml": line})) == [("preview.toml", message)]
