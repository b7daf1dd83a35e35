"""What a CRM has of its customers' contacts: how its records are read, and why some cannot be."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails


def spelled(*names: str, **options: Any) -> Any:
    """A field under any of the keys that the systems use."""
    return Field(validation_alias=AliasChoices(*names), **options)


def unless_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def without_commas(value: Any) -> Any:
    return value.replace(",", "") if isinstance(value, str) else value


def year_first(value: Any) -> Any:
    """24.12.2023 in the order that pydantic reads; whether there is such a day is for it to say."""
    if not isinstance(value, str):
        return value
    return re.sub(r"^(\d\d)\.(\d\d)\.(\d{4})$", r"\3-\2-\1", value.strip())


def as_company(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Email = Annotated[str, Field(pattern=r"^[^\s@?&]+@[^\s@?&]+\.[^\s@?&]+$")]
Count = Annotated[int, BeforeValidator(without_commas), Field(ge=0)]
Day = Annotated[date, BeforeValidator(year_first)]


class Record(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, loc_by_alias=False)


class Company(Record):
    name: Text
    city: Text | None = None


class Contact(Record):
    id: int = spelled("id", "ID", "contactId")
    name: Text = spelled("name", "fullName")
    email: Annotated[Email | None, BeforeValidator(unless_blank)] = spelled(
        "email", "e-mail", "mail", default=None
    )
    company: Annotated[Company, BeforeValidator(as_company)] = spelled("company", "account")
    seats: Count
    since: Day

    @model_validator(mode="before")
    @classmethod
    def join_names(cls, record: Any) -> Any:
        if not isinstance(record, dict):
            return record
        names = [record[key] for key in ("firstName", "lastName") if record.get(key)]
        return record | {"name": " ".join(map(str, names))} if names else record


@dataclass(frozen=True)
class Unread:
    """A record that could not be read, and why."""

    title: str
    reasons: list[str]


@dataclass(frozen=True)
class Directory:
    contacts: list[Contact]
    unread: list[Unread]

    @classmethod
    def read(cls, records: list[Any]) -> Self:
        """Of records with the same id the last one counts."""
        contacts: dict[int, Contact] = {}
        unread = []
        for number, record in enumerate(records, 1):
            try:
                contact = Contact.model_validate(record)
            except ValidationError as error:
                reasons = [reason(each) for each in error.errors()]
                unread.append(Unread(title(record, number), reasons))
            else:
                contacts[contact.id] = contact
        return cls(
            contacts=sorted(contacts.values(), key=lambda contact: contact.name.casefold()),
            unread=unread,
        )


def title(record: Any, number: int) -> str:
    keys = ("name", "fullName", "firstName", "lastName") if isinstance(record, dict) else ()
    names = [record[key].strip() for key in keys if isinstance(record.get(key), str)]
    return ", ".join(filter(None, [f"Record {number}", " ".join(names)]))


FIELDS: dict[tuple[int | str, ...], str] = {
    ("email",): "e-mail address",
    ("company", "name"): "company's name",
    ("company", "city"): "company's city",
    ("seats",): "number of seats",
    ("since",): "date",
}


def reason(error: ErrorDetails) -> str:
    """Pydantic's message, in words for somebody who has never heard of it."""
    field = FIELDS.get(error["loc"], " ".join(map(str, error["loc"])))
    subject = f"Its {field}" if field else "It"
    value = "" if error["input"] is None else str(error["input"]).strip()
    given = f"“{shortened(value)}”"
    match error["type"]:
        case "missing":
            return f"It has no {field}."
        case _ if not value:
            return f"{subject} is empty."
        case "string_type":
            return f"{subject} is no text: {given}."
        case "string_pattern_mismatch":
            return f"{subject} does not look like one: {given}."
        case "model_type":
            return f"{subject} is no record: {given}."
        case type if type.startswith("int_"):
            return f"{subject} is no whole number: {given}."
        case type if type.startswith("date_"):
            return f"{subject} is no day of the calendar: {given}."
    return f"{subject} is {given}: {error['msg']}."


def shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
