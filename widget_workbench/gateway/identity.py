"""Who calls: what `{{ user.… }}` gives (platform.md §5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class User:
    """A member of the community, or a guest; a guest has None in every field.

    `profile_fields` has the values by the fields' numbers, for `user.profile_fields.by_id(n)`.
    """

    id: int | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    profile_fields: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_guest(self) -> bool:
        return self.id is None

    def variables(self) -> dict[str, Any]:
        """The fields by their names in templates, as plain data."""
        return {
            "id": self.id,
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "profile_fields": dict(self.profile_fields),
        }


GUEST = User()
