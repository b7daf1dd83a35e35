"""Why a call failed on the network, in words that an author can act on.

The words hold nothing of what was sent or received: it may be a secret, or much.
"""

import os
import socket
import ssl

import h11
import httpcore

# X509_V_ERR_… in OpenSSL's x509_vfy.h
_NOT_YET_VALID = 9
_EXPIRED = 10
_OTHER_NAME = (62, 64)  # of a host, of an address

_HEADERS_TOO_LARGE = 431  # h11's hint, the status a server would answer with


class NoAddressError(httpcore.ConnectError):
    """A name has no address."""


def in_words(error: Exception) -> str:
    """A clause about the upstream, such as `it refused the connection`.

    Args:
        error: what httpcore raised.
    """
    root = _root(error)
    if isinstance(error, NoAddressError) or isinstance(root, socket.gaierror):
        return "its name could not be resolved"
    if isinstance(error, httpcore.RemoteProtocolError):
        return _about_protocol(root)
    if isinstance(error, httpcore.LocalProtocolError):
        return "the request has a header that HTTP cannot carry"
    if isinstance(error, httpcore.ConnectError):
        return _about_connecting(root)
    return "it broke off the connection"


def was_refused(error: Exception) -> bool:
    """Whether nobody listens where the connection was to go to.

    Args:
        error: what httpcore raised, or what was raised from that.
    """
    return isinstance(_root(error), ConnectionRefusedError)


def _root(error: BaseException) -> BaseException:
    """Where the failure began. httpcore gives the exception that it maps as its own one's argument."""
    below = error.args[0] if error.args else None
    if not isinstance(below, BaseException):
        below = error.__cause__
    if isinstance(below, BaseExceptionGroup):
        below = below.exceptions[0]
    return error if below is None else _root(below)


def _about_connecting(root: BaseException) -> str:
    match root:
        case ssl.SSLCertVerificationError():
            return _about_certificate(root)
        case ssl.SSLEOFError():
            pass
        case ssl.SSLError():
            reason = (root.reason or "no reason given").lower().replace("_", " ")
            return f"TLS could not be established with it ({reason})"
        case ConnectionRefusedError():
            return "it refused the connection"
        case OSError() if root.errno:
            return f"it could not be connected to ({os.strerror(root.errno).lower()})"
    return "it closed the connection during the TLS handshake"


def _about_certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return "its TLS certificate has expired"
    if error.verify_code == _NOT_YET_VALID:
        return "its TLS certificate is not valid yet"
    if error.verify_code in _OTHER_NAME:
        return "its TLS certificate is not for this name"
    return f"its TLS certificate is not trusted ({error.verify_message})"


def _about_protocol(root: BaseException) -> str:
    if not isinstance(root, h11.RemoteProtocolError):
        return "it closed the connection without an answer"
    if root.error_status_hint == _HEADERS_TOO_LARGE:
        return "its headers are larger than 100 KB"
    what = str(root).partition(":")[0]
    if what.startswith("peer "):
        return "it closed the connection in the middle of its answer"
    if "_SWITCH_" in what:
        return "it switched to another protocol, for which nobody had asked"
    return f"its answer is not HTTP ({what})"
