"""`widget connectors`: a repository's connectors, listed and executed from the terminal."""
