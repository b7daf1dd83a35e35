"""Recorded executions: written as a preview writes them, found as a test looks for them."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from widget_workbench.fixtures import (
    MalformedFixturesError,
    NotRecordedError,
    RecordedAnswer,
    RecordedExchange,
    Recorder,
    read_fixtures,
)
from widget_workbench.fixtures.recorder import LONGEST_SEQUENCE
from widget_workbench.testing.stubs import ConnectorCall

JSON = "application/json"


def answer(value: Any, status: int = 200) -> RecordedAnswer:
    return RecordedAnswer(status, json.dumps(value, separators=(",", ":")), JSON)


def exchange(value: Any = None, permalink: str = "things", **call: Any) -> RecordedExchange:
    return RecordedExchange(permalink, answer(value), **{"definition": "v1", **call})


def document(root: Path, path: str = "fixtures/things.json") -> Any:
    return json.loads((root / path).read_text(encoding="utf-8"))


def values_for(root: Path, **call: Any) -> list[Any]:
    """The recorded answers to a call of `things`."""
    found = read_fixtures(root).find(ConnectorCall("things", **call))
    return [json.loads(each.answer.body) for each in found]


# What a file looks like


def test_a_file_is_made_to_be_read_and_edited(tmp_path: Path) -> None:
    Recorder(tmp_path).record(
        RecordedExchange(
            "things",
            RecordedAnswer(200, '{"z":"Kraków","a":[1.50,null]}', JSON),
            method="POST",
            query={"q": "Łódź", "tag": ["a", "b"]},
            path_params={"id": "42"},
            payload={"y": 1, "b": "ü"},
            definition="3f2a9c01d7be",
        )
    )

    assert (tmp_path / "fixtures/things.json").read_bytes().decode() == (
        """\
{
  "permalink": "things",
  "exchanges": [
    {
      "method": "POST",
      "query": {
        "q": "Łódź",
        "tag": [
          "a",
          "b"
        ]
      },
      "path_params": {
        "id": "42"
      },
      "payload": {
        "y": 1,
        "b": "ü"
      },
      "definition": "3f2a9c01d7be",
      "answer": {
        "status": 200,
        "json": {
          "z": "Kraków",
          "a": [
            1.5,
            null
          ]
        }
      }
    }
  ]
}
"""
    )


def test_composite_connectors_have_a_directory_of_their_own(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(exchange("plain", permalink="composite", method="POST"))
    recorder.record(exchange("whole", permalink="composite", method="POST", composite=True))

    fixtures = read_fixtures(tmp_path)
    plain = fixtures.find(ConnectorCall("composite", "POST"))
    whole = fixtures.find(ConnectorCall("composite", "POST", composite=True))

    assert [each.answer.body for each in plain] == ['"plain"']
    assert [each.answer.body for each in whole] == ['"whole"']
    assert (tmp_path / "fixtures/composite/composite.json").is_file()


def test_nothing_is_left_beside_what_was_written(tmp_path: Path) -> None:
    Recorder(tmp_path).record(exchange())

    assert [file.name for file in (tmp_path / "fixtures").iterdir()] == ["things.json"]


@pytest.mark.parametrize(
    ("recorded", "written"),
    [
        (RecordedAnswer(200, '{ "a": 1 }', JSON), {"json": {"a": 1}}),
        (RecordedAnswer(200, "null", JSON), {"json": None}),
        (
            RecordedAnswer(200, "[1]", "application/hal+json; charset=utf-8"),
            {"content_type": "application/hal+json; charset=utf-8", "json": [1]},
        ),
        (RecordedAnswer(404, '{"no":"é"}', JSON), {"json": {"no": "é"}}),
        (RecordedAnswer(404, '{"no": 1}', JSON), {"content_type": JSON, "text": '{"no": 1}'}),
        (RecordedAnswer(200, "{oops", JSON), {"content_type": JSON, "text": "{oops"}),
        (RecordedAnswer(200, "[1e999]", JSON), {"content_type": JSON, "text": "[1e999]"}),
        (RecordedAnswer(200, "[NaN]", JSON), {"content_type": JSON, "text": "[NaN]"}),
        (RecordedAnswer(200, r'"\ud83d"', JSON), {"content_type": JSON, "text": r'"\ud83d"'}),
        (
            RecordedAnswer(200, "[1.50]", "text/plain"),
            {"content_type": "text/plain", "text": "[1.50]"},
        ),
        (RecordedAnswer(200, "plain"), {"text": "plain"}),
        (RecordedAnswer(204), {}),
        (RecordedAnswer(200, "", JSON), {"content_type": JSON}),
    ],
)
def test_a_body_is_json_where_the_widget_gets_it_parsed_and_else_its_very_text(
    tmp_path: Path, recorded: RecordedAnswer, written: dict[str, Any]
) -> None:
    Recorder(tmp_path).record(RecordedExchange("things", recorded))

    (entry,) = document(tmp_path)["exchanges"]
    assert entry["answer"] == {"status": recorded.status, **written}
    (found,) = read_fixtures(tmp_path).of("things")
    assert (found.answer.status, found.answer.content_type) == (
        recorded.status,
        recorded.content_type,
    )
    if "json" in written:
        assert json.loads(found.answer.body) == json.loads(recorded.body)
    else:
        assert found.answer.body == recorded.body


def test_an_answer_too_deep_for_a_file_is_its_text(tmp_path: Path) -> None:
    body = "[" * 5000 + "]" * 5000
    Recorder(tmp_path).record(RecordedExchange("things", RecordedAnswer(200, body, JSON)))

    (found,) = read_fixtures(tmp_path).of("things")
    assert found.answer.body == body


# Which call an exchange answers


@pytest.mark.parametrize(
    "call",
    [
        {"method": "POST", "query": {"b": "2", "a": "1"}, "payload": {"n": 1, "s": [True]}},
        {"method": "POST", "query": {"a": "1", "b": "2"}, "payload": {"s": [True], "n": 1.0}},
        {
            "method": "POST",
            "query": {"a": "1", "b": "2"},
            "payload": {"n": 1, "s": [True]},
            "headers": {"X-Request-Id": "another"},
            "widget": "clock",
        },
    ],
)
def test_the_same_call_is_found(tmp_path: Path, call: dict[str, Any]) -> None:
    Recorder(tmp_path).record(
        exchange("ok", method="POST", query={"a": "1", "b": "2"}, payload={"n": 1, "s": [True]})
    )

    assert values_for(tmp_path, **call) == ["ok"]


@pytest.mark.parametrize(
    "call",
    [
        {"method": "PUT", "query": {"a": "1"}, "payload": {"n": 1}},
        {"method": "POST", "query": {"a": "2"}, "payload": {"n": 1}},
        {"method": "POST", "query": {}, "payload": {"n": 1}},
        {"method": "POST", "query": {"a": "1"}, "payload": {"n": True}},
        {"method": "POST", "query": {"a": "1"}, "payload": {}},
        {"method": "POST", "query": {"a": "1"}},
        {"method": "POST", "query": {"a": "1"}, "payload": {"n": 1}, "path_params": {"id": "1"}},
        {"method": "POST", "query": {"a": "1"}, "payload": {"n": 1}, "composite": True},
    ],
)
def test_another_call_is_not_found(tmp_path: Path, call: dict[str, Any]) -> None:
    Recorder(tmp_path).record(exchange("ok", method="POST", query={"a": "1"}, payload={"n": 1}))

    assert values_for(tmp_path, **call) == []


def test_an_empty_payload_is_not_none(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(exchange("empty", method="POST", payload={}))
    recorder.record(exchange("none", method="POST"))

    assert values_for(tmp_path, method="POST", payload={}) == ["empty"]
    assert values_for(tmp_path, method="POST") == ["none"]


@pytest.mark.parametrize("value", ["42", 42, 42.0])
def test_a_path_parameter_may_be_a_number_as_it_may_in_a_call(
    tmp_path: Path, value: object
) -> None:
    Recorder(tmp_path).record(exchange("ok", path_params={"id": "42"}))

    assert values_for(tmp_path, path_params={"id": value}) == ["ok"]


# Sessions


def test_answers_to_one_call_follow_each_other_and_repeated_ones_do_not(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for value in ("before", "before", "after", "after", "before"):
        recorder.record(exchange(value))

    assert values_for(tmp_path) == ["before", "after", "before"]


def test_answers_that_differ_in_status_or_type_only_are_different(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for recorded in (answer(1), answer(True), answer(1, status=201), RecordedAnswer(201, "1")):
        recorder.record(RecordedExchange("things", recorded))

    found = read_fixtures(tmp_path).of("things")
    assert [each.answer for each in found] == [
        answer(1),
        answer(True),
        answer(1, status=201),
        RecordedAnswer(201, "1"),
    ]


def test_a_new_session_replaces_a_calls_answers_in_their_place_and_no_others(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path)
    for value, query in (("a", {}), ("b1", {"q": "b"}), ("b2", {"q": "b"}), ("c", {"q": "c"})):
        recorder.record(exchange(value, query=query))

    recorder = Recorder(tmp_path)
    recorder.record(exchange("b3", query={"q": "b"}))
    assert values_for(tmp_path, query={"q": "b"}) == ["b3"]
    recorder.record(exchange("b4", query={"q": "b"}))
    recorder.record(exchange("d", query={"q": "d"}))

    written = [entry["answer"]["json"] for entry in document(tmp_path)["exchanges"]]
    assert written == ["a", "b3", "b4", "c", "d"]


def test_recording_the_same_again_leaves_the_file_as_its_author_formatted_it(
    tmp_path: Path,
) -> None:
    Recorder(tmp_path).record(exchange({"a": 1}))
    file = tmp_path / "fixtures/things.json"
    formatted = json.dumps(json.loads(file.read_text()))
    file.write_text(formatted)

    Recorder(tmp_path).record(exchange({"a": 1}))

    assert file.read_text() == formatted


def test_a_changed_definition_begins_a_calls_answers_anew(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(exchange("old"))
    recorder.record(exchange("new", definition="v2"))

    assert values_for(tmp_path) == ["new"]
    assert document(tmp_path)["exchanges"][0]["definition"] == "v2"


def test_what_the_author_edits_or_deletes_meanwhile_holds(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.record(exchange("recorded"))
    file = tmp_path / "fixtures/things.json"
    file.write_text(file.read_text().replace("recorded", "edited"))
    recorder.record(exchange("next"))
    assert values_for(tmp_path) == ["edited", "next"]

    file.unlink()
    recorder.record(exchange("alone"))
    assert values_for(tmp_path) == ["alone"]


def test_an_answer_that_differs_each_time_does_not_fill_the_disk(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for number in range(LONGEST_SEQUENCE):
        recorder.record(exchange(number))

    with pytest.raises(NotRecordedError, match=r"fixtures/things\.json .* 20 different answers"):
        recorder.record(exchange("one more"))

    assert values_for(tmp_path) == list(range(LONGEST_SEQUENCE))
    recorder.record(exchange("another call", query={"q": "b"}))


def test_many_threads_may_record_at_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    numbers = [str(number) for number in range(16)]
    start = threading.Barrier(len(numbers))

    def record(number: str) -> None:
        start.wait()
        recorder.record(exchange(number, query={"n": number}))

    threads = [threading.Thread(target=record, args=[number]) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(
        values for n in numbers for values in values_for(tmp_path, query={"n": n})
    ) == sorted(numbers)


# What is wrong with a file


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"{\n  oops", "it is not JSON: Expecting property name enclosed in double quotes (line 2"),
        (b"[NaN]", "it is not JSON: NaN is no JSON value"),
        (b"\xff", "it is not UTF-8 (byte 0)"),
        (b"[]", "it is not an object"),
        (b'{"permalink": "things"}', "`exchanges`: is required"),
        (b'{"permalink": "other", "exchanges": []}', "named after 'things' and holds 'other'"),
        (b'{"permalink": "things", "exchanges": [1]}', "`exchanges[0]`: is not an object"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_left_alone(
    tmp_path: Path, content: bytes, named: str
) -> None:
    file = tmp_path / "fixtures/things.json"
    file.parent.mkdir()
    file.write_bytes(content)

    with pytest.raises(NotRecordedError) as refused:
        Recorder(tmp_path).record(exchange())
    with pytest.raises(MalformedFixturesError) as malformed:
        read_fixtures(tmp_path).find(ConnectorCall("things"))

    assert str(refused.value) == str(malformed.value)
    assert str(refused.value).startswith("fixtures/things.json cannot be used: ")
    assert named in str(refused.value)
    assert str(refused.value).endswith(". Correct it, or delete it and record anew.")
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"method": "get"}, "`exchanges[0].method`: input should be 'GET'"),
        ({"querry": {}}, "`exchanges[0].querry`: is not a known key"),
        ({"query": {"q": 1}}, "`exchanges[0].query.q`: is neither a text nor a list of texts"),
        ({"query": {"q": ["a", 1]}}, "`exchanges[0].query.q`: is neither"),
        ({"path_params": {"id": True}}, "`exchanges[0].path_params.id`: is neither a text nor a"),
        ({"answer": {"json": 1}}, "`exchanges[0].answer.status`: is required"),
        ({"answer": {"status": 100}}, "`exchanges[0].answer.status`: input should be greater"),
        (
            {"answer": {"status": 200, "json": None, "text": ""}},
            "`exchanges[0].answer`: `json` and `text` exclude each other",
        ),
    ],
)
def test_a_bad_field_is_told_by_its_place(
    tmp_path: Path, fields: dict[str, Any], named: str
) -> None:
    Recorder(tmp_path).record(exchange())
    content = document(tmp_path)
    content["exchanges"][0].update(fields)
    (tmp_path / "fixtures/things.json").write_text(json.dumps(content))

    with pytest.raises(MalformedFixturesError) as malformed:
        read_fixtures(tmp_path).of("things")

    assert named in str(malformed.value)


def test_a_broken_file_spoils_nothing_but_its_own_connector(tmp_path: Path) -> None:
    Recorder(tmp_path).record(exchange("ok"))
    (tmp_path / "fixtures/broken.json").write_text("{")

    assert values_for(tmp_path) == ["ok"]


def test_an_exchange_may_be_written_by_hand_with_the_least(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures/things.json").write_text(
        '{"permalink": "things", "exchanges": [{"method": "GET", "path_params": {"id": 7},'
        ' "answer": {"status": 200, "json": {"a": 1}}}]}'
    )

    (found,) = read_fixtures(tmp_path).find(ConnectorCall("things", path_params={"id": "7"}))

    assert found.definition is None
    assert found.answer == RecordedAnswer(200, '{"a":1}', JSON)


@pytest.mark.parametrize("path", ["fixtures", "fixtures/composite"])
def test_a_directory_that_cannot_be_one_is_a_sentence(tmp_path: Path, path: str) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("in the way")

    with pytest.raises(NotRecordedError, match=r"^fixtures/composite/things\.json cannot be"):
        Recorder(tmp_path).record(exchange(composite=True))

    assert (tmp_path / path).read_text() == "in the way"


def test_a_file_that_cannot_be_replaced_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)

    with pytest.raises(NotRecordedError) as refused:
        Recorder(tmp_path).record(exchange())

    assert str(refused.value) == "fixtures/things.json cannot be written: Permission denied."
    assert list((tmp_path / "fixtures").iterdir()) == []


@pytest.mark.parametrize("payload", [float("nan"), "\ud83d"], ids=["NaN", "half a pair"])
def test_a_payload_that_a_file_cannot_hold_is_a_sentence(tmp_path: Path, payload: Any) -> None:
    with pytest.raises(NotRecordedError, match=r"^JSON in fixtures/things\.json cannot hold"):
        Recorder(tmp_path).record(exchange(method="POST", payload={"a": payload}))


# What a test is told when nothing is found


def test_what_is_not_recorded_is_told_by_the_file_that_lacks_it(tmp_path: Path) -> None:
    call = ConnectorCall("things", query={"q": "Oslo"})

    told = read_fixtures(tmp_path).explain(call)

    assert told.startswith("There is no fixtures/things.json.")
    assert "widget preview --record" in told


def test_what_is_recorded_instead_is_told_once_for_each_call(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for value in (1, 2):
        recorder.record(exchange(value, query={"q": "Warsaw"}))
    recorder.record(exchange(method="POST", path_params={"id": "1"}, payload={"a": "b" * 1000}))

    told = read_fixtures(tmp_path).explain(ConnectorCall("things", query={"q": "Oslo"}))

    start, _, rest = told.partition("POST with path parameters {'id': '1'}, payload {'a': 'bbb")
    assert start == "fixtures/things.json holds GET with query {'q': 'Warsaw'}; "
    assert len(rest) < 500


def test_of_many_recorded_calls_some_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    for number in range(14):
        recorder.record(exchange(query={"n": str(number)}))

    told = read_fixtures(tmp_path).explain(ConnectorCall("things"))

    assert "{'n': '9'}; and 4 more." in told
    assert "{'n': '10'}" not in told
