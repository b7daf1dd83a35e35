"""What the text of a URL's template tells: who may choose which part, and which path parameters it needs."""

import pytest

from widget_workbench.gateway.templates import check_url_template, path_parameter_keys


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example/a",
        "not a url, and no template",
        "https://api.example/{{ pathParams.id }}?user={{ user.id }}#{{ now() }}",
        "https://api.example?id={{ user.id }}",
        "https://{{ get_variable('host') }}",
        "https://{{ get_variable('host') }}/a",
        "https://{{- get_variable('host') -}}/{{ user.id }}",
        "https://{{ get_variable('region') }}.api.example:8443/",
        "https://api.example:{{ get_variable('port') }}/",
        "https://{{ get_variable('host') | default('api.example') }}/",
        "https://{{ get_variable('host') | default('api.example', true) }}/",
        "https://{{ get_variable('host') | d('api.example') }}/",
        "{# a note #}https://api.example/{{ user.id }}",
        "https://{% raw %}api.example{% endraw %}/{{ user.id }}",
    ],
)
def test_a_template_may_stand_behind_the_host_and_a_variable_in_it(url: str) -> None:
    check_url_template(url)


@pytest.mark.parametrize(
    "url",
    [
        "{{ get_variable('url') }}",
        "{{ get_variable('protocol') }}://api.example/",
        "http{{ 's' }}://api.example/",
        "https:{{ '//' }}api.example/",
        "{% if user.id %}https{% else %}http{% endif %}://api.example/",
        "{% set a = 1 %}https://api.example/",
        "{{ '' }}https://api.example/",
        "/{{ user.id }}",
    ],
)
def test_the_protocol_is_never_templated(url: str) -> None:
    with pytest.raises(ValueError, match="write the protocol out"):
        check_url_template(url)


@pytest.mark.parametrize(
    "host",
    [
        "{{ pathParams.host }}",
        "{{ user.id }}.example",
        "{{ tenant_id }}.example",
        "api.example{{ pathParams.suffix }}",
        "{{ pathParams.name }}@api.example",
        "api.example:{{ pathParams.port }}",
        "{{ 'api.example' }}",
        "{{ get_secret('host') }}",
        "{{ get_variable(user.id) }}",
        "{{ get_variable(name='host') }}",
        "{{ get_variable('host', 'x') }}",
        "{{ get_variable(*['host']) }}",
        "{{ get_variable('a') ~ pathParams.b }}",
        "{{ get_variable('host') | replace('a', pathParams.b) }}",
        "{{ get_variable('host') | default(pathParams.host) }}",
        "{{ get_variable('host') | default('a', user.id) }}",
        "{{ get_variable('host') | default('a') | upper }}",
        "{{ pathParams.host | default('api.example') }}",
        "{{ get_variable('host') if user.id else 'a' }}",
        "{% if user.id %}a{% else %}b{% endif %}.example",
        "{% set host = pathParams.host %}{{ host }}",
        "{{ get_variable('a') }}.{{ pathParams.b }}",
    ],
)
@pytest.mark.parametrize("rest", ["", "/a", "?a=b", "\\a"])
def test_only_a_variable_chooses_the_host(host: str, rest: str) -> None:
    with pytest.raises(ValueError, match="takes its host from a template"):
        check_url_template(f"https://{host}{rest}")


@pytest.mark.parametrize("url", ["https://api.example/{{ a", "https://{% nope %}/", "{{ }}"])
def test_a_url_that_is_no_template_is_told_so(url: str) -> None:
    with pytest.raises(ValueError, match="the template is not valid in line 1"):
        check_url_template(url)


@pytest.mark.parametrize(
    ("path", "needed", "optional"),
    [
        ("plain", (), ()),
        ("{{ pathParams.a }}/{{ pathParams['b'] }}/{{ pathParams.a }}", ("a", "b"), ()),
        ("{{- pathParams.a -}}", ("a",), ()),
        ("{{ pathParams.a | upper }}", ("a",), ()),
        ("{{ pathParams.a | default('x') }}", (), ("a",)),
        ("{{ pathParams['a'] | d('x') | upper }}", (), ("a",)),
        ("{{ pathParams.get('a') }}{{ pathParams.get('b', 'x') }}", (), ("a", "b")),
        ("{{ pathParams.a | default('x') }}/{{ pathParams.a }}", ("a",), ()),
        ("{% if pathParams.a is defined %}/{{ pathParams.a }}{% endif %}", (), ("a",)),
        ("{% if pathParams.a %}/{{ pathParams.a }}{% endif %}", ("a",), ()),
        ("{{ pathParams.a.b }}{{ user.c }}", ("a",), ()),
        ("{{ 'pathParams.a' }}{# {{ pathParams.b }} #}", (), ()),
        ("{{ broken", (), ()),
    ],
)
def test_the_path_parameters_that_a_url_reads(
    path: str, needed: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    assert path_parameter_keys(f"https://api.example/{path}") == (needed, optional)
