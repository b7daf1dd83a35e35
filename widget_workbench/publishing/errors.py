"""What stands in the way of publishing.

PublishError
└── GitError
"""


class PublishError(Exception):
    """A sentence or more that name the thing, the place and the way out.

    Nothing of the release is live, unless the sentence says that nobody knows.
    """


class GitError(PublishError):
    """Git did not do what it was asked.

    Attributes:
        reason: git's own, ended like a sentence.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
