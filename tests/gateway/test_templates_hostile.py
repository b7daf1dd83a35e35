"""Hostile templates: each is refused or stopped, nothing beside it is disturbed, and no sandbox is left."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from widget_workbench.gateway.errors import TemplateRenderingError
from widget_workbench.gateway.templates import Field, Renderer, Template
from widget_workbench.gateway.templates.workers import Workers

from .template_cases import PLACE, context, failure, render

TIME_LIMIT = 0.3


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    """With a short limit; its workers are warm, so that only what is hostile takes long."""
    renderer = Renderer(time_limit=TIME_LIMIT)
    asyncio.run(warm(renderer))
    yield renderer
    asyncio.run(renderer.aclose())


async def warm(renderer: Renderer) -> None:
    loop = Template("{% for a in [1] %}{{ a }}{% endfor %}", PLACE, Field.SENT)
    await asyncio.gather(*(renderer.render([loop], context()) for _ in range(2)))


SELF_LIMITED = [
    "{{ 'a' * 10**10 }}",
    "{{ 10**10 * 'a' }}",
    "{{ [1] * 10**10 }}",
    "{{ 'a' * 999999 * 999999 }}",
    "{{ 10**(10**10) }}",
    "{{ 2 ** 999999 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%.1000000000f' | format(1) }}",
    "{{ '%-1000000000s' | format(1) }}",
    "{{ 'a' | center(10**9) }}",
    "{{ 'a' | center(width=10**9) }}",
    "{{ 'a' | indent(10**9, true) }}",
    "{{ [1] | batch(10**9, 0) | list }}",
    "{{ [1] | slice(10**9) | list }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ '\\t'.expandtabs(10**9) }}",
    "{{ range(10**9) | list }}",
    "{{ [1, 1, 1, 1] | tojson(50000000) }}",
    "{{ [1] | tojson(indent=101) }}",
    "{{ [1] | tojson('a' * 999999) }}",
    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% for a in range(100001) %}{% endfor %}",
    "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ caller() }}{{ m() }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ a" + ".a" * 2000 + " }}",
    "{{ a" + "|e" * 2000 + " }}",
    "{{ " + "not " * 1000 + "a }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "[" * 1500 + "]" * 1500 + " }}",
    "{% if a %}" * 300 + "{% endif %}" * 300,
    "{% for a in b %}" * 60 + "{% endfor %}" * 60,
    "{{ ('[' * 99999) | from_json }}",
    "{{ ('9' * 99999) | from_json }}",
    "{% for a in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaa' * 99 }}{% endfor %}",
]
STOPPED = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{{ range(99999) | sum }}{% endfor %}",
    "{{ 1.5 | round(10**9, 'ceil') }}",
    "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a | replace('a', a) %}" * 9,
    "{{ 'aaaaaaaaaa'" + "| replace('a', 'aaaaaaaaaa')" * 20 + " }}",
    "{{ 'a'" + "| base64_encode" * 95 + " }}",
    "{{ '\"'" + "| json_encode" * 60 + " }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{{ lipsum(n=99999999) }}",
    "{{ '{:1000000000}'.format('a') }}{{ '{:>{}}'.format('a', 10**9) }}",
    "{% for a in range(99999) %}{{ range(99999) | list | tojson | length }}{% endfor %}",
]


def named(text: str) -> str:
    return text if len(text) < 60 else f"{text[:40]}…{len(text)}"


@pytest.mark.parametrize("text", SELF_LIMITED, ids=named)
def test_what_would_be_huge_is_refused_with_a_reason(renderer: Renderer, text: str) -> None:
    detail = failure(renderer, text)

    assert "was stopped" not in detail
    assert len(detail) < 250


@pytest.mark.parametrize("text", STOPPED, ids=named)
def test_what_takes_too_long_or_too_much_is_stopped(renderer: Renderer, text: str) -> None:
    started = time.monotonic()

    detail = failure(renderer, text)

    assert "was stopped" in detail or "it needs too much memory" in detail
    # A worker's start may be in it.
    assert time.monotonic() - started < TIME_LIMIT + 2


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ [''] | map(attribute='__class__') | list }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ '{0.__class__}' | format('') }}{{ ('{0.__class__}' | string).format('') }}",
        "{{ '{x.__class__}'.format_map({'x': ''}) }}",
        "{{ ('{0.__class__}' | safe).format('') }}",
        "{{ [('{0.__class__}', '')] | map(attribute='0.format') | list }}{{ ''.__len__() }}",
        "{{ now.__globals__ }}",
        "{{ get_secret.__closure__[0].cell_contents }}",
        "{{ get_secret.__code__ }}",
        "{{ user.__class__ }}",
        "{{ user.profile_fields.by_id.__func__ }}",
        "{{ user.profile_fields.by_id.__self__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner.__init__ }}",
        "{{ namespace.__init__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ (range(1) | map('string')).gi_frame }}",
        "{{ dict.mro() }}",
        "{{ dict | attr('mro') }}",
        "{% set user.id = 1 %}",
        "{{ user.update({'id': 1}) }}",
        "{{ user.profile_fields.clear() }}",
        "{{ [].append(1) }}",
        "{{ request.query_parameters.pop('q') }}",
        "{{ environment.x }}",
        "{{ config.x }}",
    ],
)
@pytest.mark.parametrize("before", ["", "{% for a in [1] %}{% endfor %}"], ids=["here", "worker"])
def test_the_sandbox_has_no_way_out(renderer: Renderer, text: str, before: str) -> None:
    failure(renderer, before + text, in_composite=True)


@pytest.mark.parametrize(
    "text", ["{{ get_secret }}", "{{ user }}", "{{ self }}", "{{ now }}", "{{ [get_secret] }}"]
)
def test_nothing_prints_with_the_secrets_that_it_holds(renderer: Renderer, text: str) -> None:
    assert "s3cret" not in render(renderer, text)


# What goes on beside


def test_a_hostile_template_delays_no_other() -> None:
    hostile = Template(STOPPED[0], PLACE, Field.SENT)
    small = Template("Bearer {{ get_secret('api_key') }}", PLACE, Field.SENT)
    loop = Template("{% for a in [1, 2] %}{{ a }}{% endfor %}", PLACE, Field.SENT)

    async def run() -> float:
        renderer = Renderer(time_limit=30)
        try:
            await warm(renderer)
            stopped = asyncio.create_task(renderer.render([hostile], context()))
            await asyncio.sleep(0.05)  # it is under way then, in one of two workers
            started = time.monotonic()
            for _ in range(20):
                assert await renderer.render([small, loop], context()) == ["Bearer s3cret", "12"]
            took = time.monotonic() - started
            assert not stopped.done()
            stopped.cancel()
            return took
        finally:
            await renderer.aclose()

    assert asyncio.run(run()) < 1


def test_200_at_once_all_get_their_text(renderer: Renderer) -> None:
    def both(number: int) -> list[Template]:
        loop = f"{{% for a in [{number}, {number % 7}] %}}{{{{ a }}}};{{% endfor %}}"
        return [Template(text, PLACE, Field.SENT) for text in (f"{{{{ {number} + 0 }}}}", loop)]

    async def run() -> list[list[str]]:
        return await asyncio.gather(
            *(renderer.render(both(number), context()) for number in range(200))
        )

    assert asyncio.run(run()) == [[str(number), f"{number};{number % 7};"] for number in range(200)]


def test_what_waits_behind_hostile_ones_is_told_so() -> None:
    hostile = Template(STOPPED[0], PLACE, Field.SENT)
    loop = Template("{% for a in [1] %}{{ a }}{% endfor %}", PLACE, Field.SENT)

    async def run() -> None:
        workers = Workers(count=1, time_limit=60)
        try:
            assert await workers.render(loop, context()) == "1"
            workers._wait_limit = 0.2  # from now on: the start may take longer on a busy machine
            first = asyncio.create_task(workers.render(hostile, context()))
            await asyncio.sleep(0)
            with pytest.raises(TemplateRenderingError, match=r"not rendered within 0\.2 s"):
                await workers.render(loop, context())
            with pytest.raises(TemplateRenderingError, match=r"not rendered within 0\.2 s"):
                await first
            # The worker that was at it has been ended, and a new one takes its place.
            workers._wait_limit = 15
            assert await workers.render(loop, context()) == "1"
        finally:
            await workers.aclose()

    asyncio.run(run())


def test_many_hostile_ones_delay_another_template_only_once() -> None:
    hostile = Template(STOPPED[0], PLACE, Field.SENT)
    loop = Template("{% for a in [1] %}{{ a }}{% endfor %}", PLACE, Field.SENT)

    async def run() -> float:
        renderer = Renderer(time_limit=0.2)
        try:
            await warm(renderer)
            slow = [asyncio.create_task(renderer.render([hostile], context())) for _ in range(40)]
            await asyncio.sleep(0)
            started = time.monotonic()
            assert await renderer.render([loop], context()) == ["1"]
            took = time.monotonic() - started
            assert sum(each.done() for each in slow) <= 4
            return took
        finally:
            await renderer.aclose()
            failures = await asyncio.gather(*slow, return_exceptions=True)
            assert all(isinstance(each, TemplateRenderingError) for each in failures)

    # One that is stopped, and perhaps a worker's start; all of the forty take 4 s.
    assert asyncio.run(run()) < 3
