"""What the gateway works with, from what a repository says."""

from collections.abc import Mapping

import httpx

from widget_workbench import settings
from widget_workbench.gateway import GUEST, AllowedHosts, Configuration, Connectors, User
from widget_workbench.repository import Repository


def configuration_of(
    repository: Repository, upstreams: Mapping[str, httpx.AsyncBaseTransport]
) -> Configuration:
    """The configuration of executions in a repository.

    Args:
        repository: gives connectors, settings and secrets.
        upstreams: the transports of the hosts in its `[upstreams]`: `Upstreams.transports`.
    """
    held = repository.settings
    return Configuration(
        connectors=Connectors(repository.connectors, repository.unreadable_connectors),
        upstreams=upstreams,
        allowed_hosts=AllowedHosts.of(held.allow_hosts),
        suspended=_suspended(repository),
        secrets=repository.secrets,
        variables=held.variables,
        tenant_id=held.tenant.id,
        user=GUEST if held.user.guest else member_of(held.user),
    )


def _suspended(repository: Repository) -> str | None:
    """Why nothing is called: a host whose upstream cannot be told is not to be called for real."""
    if repository.unreadable_settings is None:
        return None
    return f"{repository.unreadable_settings} Nothing is called until preview.toml can be read."


def member_of(user: settings.User) -> User:
    """The member that preview.toml's `[user]` describes, also where a guest is the default visitor."""
    return User(
        id=user.id,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        username=user.username,
        profile_fields={int(number): value for number, value in user.profile_fields.items()},
    )
