"""The gateway's way to upstreams: which addresses it may reach, over what, for how long, and where redirects lead."""
