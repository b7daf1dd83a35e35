"""What the community refuses; each becomes an `Error` of the Web SDK's, with the same sentence.

CommunityError           400
├── SignInNeededError    401
└── NotThereError        404
"""


class CommunityError(Exception):
    """An argument that the community has no use for, in a sentence."""

    status = 400


class SignInNeededError(CommunityError):
    """A guest asked for what only members do."""

    status = 401


class NotThereError(CommunityError):
    """Nothing has the id that was given."""

    status = 404
