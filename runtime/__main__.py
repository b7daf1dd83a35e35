"""`python -m runtime`: see the package."""

from runtime.making import make

if __name__ == "__main__":
    make()
