"""The local page and its API: the extra `web`."""

from importlib.util import find_spec

from feesync.errors import MissingExtraError

_PACKAGES = ("starlette", "jinja2", "uvicorn")


def require() -> None:
    """Check that the packages of the extra `web` are installed.

    Raises:
        MissingExtraError: one of them is not.
    """
    if not all(map(find_spec, _PACKAGES)):
        raise MissingExtraError("the page", "web")
