"""What is said while a file is being downloaded, and why it cannot be."""

from __future__ import annotations

from assistant.messages.amounts import megabytes, time_left
from assistant.messages.translation import translate as _


def progress_line(percent: int, rate: float, left_s: float | None) -> str:
    if left_s is None:
        return _("{percent} percent. No data is coming in. Still trying.").format(percent=percent)
    return _("{percent} percent, {rate} a second, {left} left.").format(
        percent=percent, rate=megabytes(rate), left=time_left(left_s)
    )


def progress_spoken(percent: int) -> str:
    return _("{percent} percent.").format(percent=percent)


def first_rate(rate: float, left_s: float) -> str:
    return _("About {left} left, at {rate} a second.").format(
        left=time_left(left_s), rate=megabytes(rate)
    )


PROGRESS_STALLED = _("No data is coming in. Still trying.")


def download_broke(name: str) -> str:
    return _("The connection failed several times while {name} was being downloaded.").format(
        name=name
    )


DOWNLOAD_BROKE_HINT = _("What was downloaded is kept. Run the same command again to continue.")


def download_unreachable(host: str) -> str:
    return _("The server {host} cannot be reached.").format(host=host)


DOWNLOAD_UNREACHABLE_HINT = _(
    "Check that this machine is online, then run the same command again. What was downloaded is kept."
)


def download_failed(name: str, kind: str) -> str:
    return _("{name} could not be downloaded for an unknown reason: {kind}.").format(
        name=name, kind=kind
    )


def download_trouble(host: str, status: int) -> str:
    return _("The server {host} has a problem (error {status}).").format(host=host, status=status)


def download_refused(host: str, status: int) -> str:
    return _("The server {host} refused the download (error {status}).").format(
        host=host, status=status
    )


SERVER_TROUBLE_HINT = _("Try again later. What was downloaded is kept.")

ENDPOINT_HINT = _("Check the address in the variable HF_ENDPOINT.")


def certificate_untrusted(host: str, reason: str) -> str:
    return _("The certificate of the server {host} is not trusted: {reason}.").format(
        host=host, reason=reason.rstrip(".")
    )


CERTIFICATE_HINT = _(
    "Check the date of this machine. If your network has a certificate of its own, name its file in the variable "
    "SSL_CERT_FILE."
)


def certificates_missing(variable: str) -> str:
    return _("The certificates that the variable {variable} names cannot be read.").format(
        variable=variable
    )


CERTIFICATES_HINT = _("Set it to the right path, or unset it.")


def connection_insecure(host: str, reason: str) -> str:
    return _("No secure connection to the server {host} can be made: {reason}.").format(
        host=host, reason=reason.rstrip(".")
    )


def variable_no_number(variable: str) -> str:
    return _("The variable {variable} is not a number.").format(variable=variable)


def variable_unset_hint(variable: str) -> str:
    return _("Correct or unset the variable {variable}, then run the same command again.").format(
        variable=variable
    )


def proxy_wrong(variable: str) -> str:
    return _("The proxy in the variable {variable} cannot be used.").format(variable=variable)


def proxy_wrong_hint(variable: str) -> str:
    return _("Set {variable} to your proxy's address, which begins with http, or unset it.").format(
        variable=variable
    )


def proxy_unreachable(variable: str) -> str:
    return _("The proxy in the variable {variable} cannot be reached.").format(variable=variable)


def proxy_needs_package(variable: str) -> str:
    return _(
        "The proxy in the variable {variable} is a SOCKS proxy, which needs one more package."
    ).format(variable=variable)


def proxy_needs_package_hint(command: str) -> str:
    return _("To install it: {command}").format(command=command)


PROXY_LOCKED = _("The proxy asks for a user name and a password.")

PROXY_LOCKED_HINT = _(
    "Put them into the proxy's address, in the variable HTTPS_PROXY: http://USER:PASSWORD@HOST"
)

TOKEN_WRONG = _("The access token has characters that cannot be sent.")

TOKEN_WRONG_HINT = _("Put the right token into the variable HF_TOKEN, or unset it.")


def endpoint_wrong(endpoint: str) -> str:
    return _("The variable HF_ENDPOINT is not a web address: {endpoint}.").format(
        endpoint=endpoint.rstrip(".")
    )


ENDPOINT_WRONG_HINT = _("Set it to an address that begins with https, or unset it.")


def download_other(name: str) -> str:
    return _("The file {name} on the server is not the one that this program expects.").format(
        name=name
    )


def download_too_long(name: str) -> str:
    return _("The server is sending more data for {name} than this program expects.").format(
        name=name
    )


def download_pause(seconds: float) -> str:
    return _("The server asks for a pause. Continuing in {time}.").format(time=time_left(seconds))


def download_wrong_size(name: str, size: int) -> str:
    return _("{name} has {size} on the server, which is not the expected size.").format(
        name=name, size=megabytes(size)
    )


DOWNLOAD_WRONG_SIZE_HINT = _("The file may have been replaced on the server. Choose another model.")

DOWNLOAD_OFFLINE = _("Downloads are turned off by the variable HF_HUB_OFFLINE.")

DOWNLOAD_OFFLINE_HINT = _("Unset it, then run the same command again.")


def download_gone(name: str, repository: str) -> str:
    return _("The server has no file {name} in {repository}.").format(
        name=name, repository=repository
    )


DOWNLOAD_GONE_HINT = _(
    "It may have moved. Choose another model, or add files that you have with: sparc-assistant models add"
)


def next_model(name: str) -> str:
    return _("I will take the next best model for this machine, {name}.").format(name=name)


def download_locked(repository: str) -> str:
    return _("The server does not let this machine read {repository}.").format(
        repository=repository
    )


DOWNLOAD_LOCKED_HINT = _(
    "You may need an account there. Put its access token in the variable HF_TOKEN."
)

DOWNLOAD_TOKEN_HINT = _(
    "The access token in the variable HF_TOKEN may be wrong, or its account may have no access yet."
)

DOWNLOAD_BUSY = _("The server asks for a pause, because there were too many downloads.")

DOWNLOAD_BUSY_HINT = _("What was downloaded is kept. Run the same command again in a few minutes.")


def download_unwritable(name: str, reason: str) -> str:
    return _("{name} could not be stored: {reason}.").format(name=name, reason=reason.rstrip("."))
