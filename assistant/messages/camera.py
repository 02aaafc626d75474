"""What is said about cameras and about the quality of their pictures."""

from __future__ import annotations

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

# Names


def webcam(number: str) -> str:
    return _("webcam {number}").format(number=number)


def network_camera(host: str) -> str:
    return _("network camera at {host}").format(host=host)


UNNAMED_HOST = _("an address without a name")


def pi_camera(number: int, sensor: str) -> str:
    if not sensor:
        return _("Raspberry Pi camera {number}").format(number=number)
    return _("Raspberry Pi camera {number}, sensor {sensor}").format(number=number, sensor=sensor)


def video_file(name: str) -> str:
    return _("video {name}").format(name=name)


def picture_file(name: str) -> str:
    return _("picture {name}").format(name=name)


# The list


def listed(number: int, name: str, spec: str) -> str:
    return _("Camera {number}: {name}. To choose it: --camera {spec}").format(
        number=number, name=name, spec=spec
    )


def listed_unusable(number: int, name: str, problem: str) -> str:
    return _("Camera {number}: {name}. {problem}").format(number=number, name=name, problem=problem)


NONE_FOUND = _("No camera was found.")
NONE_FOUND_HINT = _(
    "Plug one in, or choose one with --camera: a device such as /dev/video0, the address of a phone's "
    "stream, or a video file."
)
NONE_USABLE = _("No camera can be used.")


def source_unknown(spec: str) -> str:
    return _("There is no camera {spec}.").format(spec=spec)


SOURCE_UNKNOWN_HINT = _(
    "An address begins with http or rtsp. To list the cameras: sparc-assistant cameras"
)


def scheme_unknown(scheme: str) -> str:
    return _("A camera's address cannot begin with {scheme}.").format(scheme=scheme)


SCHEME_UNKNOWN_HINT = _("Addresses of cameras begin with http, https, rtsp or rtsps.")
NO_IMAGE = _("Name a picture, or write camera to take one.")


# Why there is no picture


def gone(name: str) -> str:
    return _("The {name} is not plugged in.").format(name=name)


def no_device(name: str) -> str:
    return _("The {name} sends no pictures: it is not a camera.").format(name=name)


def forbidden(name: str) -> str:
    return _("You do not have permission to use the {name}.").format(name=name)


def forbidden_group_hint(group: str) -> str:
    return _("Run this command, log out, and log in again: sudo usermod -aG {group} $USER").format(
        group=group
    )


def forbidden_hint(path: str) -> str:
    return _("Ask for permission to read and write {path}.").format(path=path)


def busy(name: str, program: str) -> str:
    if not program:
        return _("The {name} is in use by another program.").format(name=name)
    return _("The {name} is in use by the program {program}.").format(name=name, program=program)


def busy_assistant(name: str, pid: int) -> str:
    return _("The {name} is in use by another running assistant, process {pid}.").format(
        name=name, pid=pid
    )


def no_frames(name: str) -> str:
    return _("The {name} sends no pictures.").format(name=name)


def stream_unreachable(name: str) -> str:
    return _("The {name} does not answer.").format(name=name)


def stream_stopped(name: str) -> str:
    return _("The {name} answers but sends no pictures.").format(name=name)


def host_unknown(name: str) -> str:
    return _("The {name} was not found: that name is not known in this network.").format(name=name)


def no_tls(name: str) -> str:
    return _("The {name} answers, but not over a secure connection.").format(name=name)


def password_wanted(name: str) -> str:
    return _("The {name} wants a user name and a password.").format(name=name)


def password_wrong(name: str) -> str:
    return _("The {name} does not accept this user name and password.").format(name=name)


def access_refused(name: str) -> str:
    return _("The {name} refuses to send pictures to this computer.").format(name=name)


def address_unknown(name: str) -> str:
    return _("The {name} has no pictures at this address.").format(name=name)


def camera_overloaded(name: str) -> str:
    return _("The {name} is busy.").format(name=name)


def camera_refuses(name: str, number: int) -> str:
    return _("The {name} sends error {number} instead of pictures.").format(
        name=name, number=number
    )


def too_slow(name: str, limit_s: float) -> str:
    seconds = round(limit_s)
    return translate_plural(
        "The {name} sent no picture within {seconds} second.",
        "The {name} sent no picture within {seconds} seconds.",
        seconds,
    ).format(name=name, seconds=seconds)


def video_unreadable(name: str) -> str:
    return _("The {name} cannot be read as a video.").format(name=name)


def process_ended(name: str) -> str:
    return _("The program that reads the {name} stopped unexpectedly.").format(name=name)


def closed(name: str) -> str:
    return _("The {name} was closed.").format(name=name)


GONE_HINT = _("Plug it in and try again.")
BUSY_ASSISTANT_HINT = _("Quit that one, or press c to choose another camera.")
BUSY_HINT = _("Close that program and try again.")
NO_FRAMES_HINT = _("Unplug it, plug it in again, and try again.")
STREAM_HINT = _("Check that it is streaming and is on the same network. Then try again.")
STREAM_STOPPED_HINT = _(
    "Check that it is streaming, and that the address leads to the pictures and not to a web page."
)
HOST_UNKNOWN_HINT = _("Check the spelling, or use the camera's number, such as 192.168.1.20.")
NO_TLS_HINT = _("Try the address with http instead of https.")
PASSWORD_WANTED_HINT = _("Put them in the address, as in http://NAME:PASSWORD@192.168.1.20/video.")
PASSWORD_WRONG_HINT = _("Check both in the camera's settings.")
ACCESS_REFUSED_HINT = _("Allow this computer in the camera's settings.")
ADDRESS_UNKNOWN_HINT = _("Check the part of the address after the host and the port.")
CAMERA_OVERLOADED_HINT = _("Close other programs that show its pictures, then try again.")
TOO_SLOW_HINT = _("Try again. If it happens again, restart the camera.")
VIDEO_HINT = _("Choose another file.")
TRY_AGAIN = _("Try again.")
NO_OPENCV = _("The camera library OpenCV cannot be loaded.")
NO_OPENCV_HINT = _("Install it with: pip install opencv-python-headless")
NO_PI_PROGRAM = _(
    "The program rpicam-jpeg is missing. It takes pictures with the Raspberry Pi camera."
)
NO_PI_PROGRAM_HINT = _("Install it with: sudo apt install rpicam-apps")


def pi_not_found(name: str) -> str:
    return _("The {name} was not found.").format(name=name)


def pi_failed(name: str, reason: str) -> str:
    return _("The {name} failed: {reason}.").format(name=name, reason=reason.rstrip(". "))


def pi_failed_silently(name: str) -> str:
    return _("The {name} failed without saying why.").format(name=name)


def pi_no_picture(name: str) -> str:
    return _("The {name} sent something that is not a picture.").format(name=name)


PI_NOT_FOUND_HINT = _(
    "Turn the Raspberry Pi off, check both ends of the camera's cable, and start again."
)


# The quality of a picture

TOO_DARK = _("The picture is very dark.")
TOO_BRIGHT = _("The picture is very bright.")
COVERED = _("The picture shows next to nothing. The camera may be covered or facing a wall.")
BLURRED = _("The picture may be blurred.")
DESCRIBING_ANYWAY = _("I will try anyway.")


def part_missing(share: float) -> str:
    percent = round(share * 100)
    if percent < 2:
        return _("A small part of the picture is missing: the file is incomplete.")
    return _("About {percent} percent of the picture is missing: the file is incomplete.").format(
        percent=percent
    )


DETAILS_MISSING = _("The end of the file is missing, so the picture may lack detail.")


# What a file is that cannot be opened

KIND_PDF = _("a PDF document")
KIND_SVG = _("an SVG drawing")
KIND_WEB_PAGE = _("a web page")
KIND_SOUND = _("a sound file")
KIND_VIDEO = _("a video")
KIND_JPEG_XL = _("a JPEG XL picture")
KIND_JPEG_2000 = _("a JPEG 2000 picture")
KIND_RAW = _("a raw picture from a camera")
KIND_PHOTOSHOP = _("a Photoshop document")
KIND_ICON = _("an icon")
KIND_ARCHIVE = _("an archive or an office document")
KIND_ZEROS = _("a file of zeros, perhaps a copy that failed")
KIND_TEXT = _("a text")
