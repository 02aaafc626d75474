"""What is said about cameras and about the quality of their pictures."""

from __future__ import annotations

from assistant.messages.translation import translate as _

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
    "Plug one in, or name one with --camera: a device such as /dev/video0, the address of a phone's "
    "stream, or a video file."
)


NONE_USABLE = _("No camera can be used.")


def source_unknown(spec: str) -> str:
    return _("There is no camera {spec}.").format(spec=spec)


SOURCE_UNKNOWN_HINT = _(
    "The command sparc-assistant cameras lists what is there. An address begins with http or rtsp."
)


def scheme_unknown(scheme: str) -> str:
    return _("An address that begins with {scheme} is none of a camera's.").format(scheme=scheme)


SCHEME_UNKNOWN_HINT = _("Addresses of cameras begin with http, https, rtsp or rtsps.")


NO_IMAGE = _("Wrong use: no picture was named; the word camera takes one with the camera.")


# Why there is no picture


def gone(name: str) -> str:
    return _("The {name} is not plugged in.").format(name=name)


GONE_HINT = _("Plug it in and try again.")


def no_device(name: str) -> str:
    return _("The {name} gives no pictures: it is no camera.").format(name=name)


def forbidden(name: str) -> str:
    return _("This user may not use the {name}.").format(name=name)


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


BUSY_ASSISTANT_HINT = _("Quit that one, or choose another camera with the key c.")


BUSY_HINT = _("End that program and try again.")


def no_frames(name: str) -> str:
    return _("The {name} gives no pictures.").format(name=name)


NO_FRAMES_HINT = _("Unplug it, plug it in again, and try again.")


def stream_unreachable(name: str) -> str:
    return _("The {name} does not answer.").format(name=name)


def stream_stopped(name: str) -> str:
    return _("The {name} answers but sends no pictures.").format(name=name)


STREAM_HINT = _("Check that it is streaming, and that it is in the same network; then try again.")


def too_slow(name: str, limit_s: float) -> str:
    return _("The {name} gave no picture within {seconds} seconds.").format(
        name=name, seconds=round(limit_s)
    )


TOO_SLOW_HINT = _("Try again; if it goes on, restart the camera.")


def video_unreadable(name: str) -> str:
    return _("The {name} cannot be read as a video.").format(name=name)


VIDEO_HINT = _("Choose another file.")


def process_ended(name: str) -> str:
    return _("The program that reads the {name} ended unexpectedly.").format(name=name)


TRY_AGAIN = _("Try again.")


def closed(name: str) -> str:
    return _("The {name} was closed.").format(name=name)


NO_OPENCV = _("The camera library OpenCV cannot be loaded.")


NO_OPENCV_HINT = _("Install it with: pip install opencv-python-headless")


NO_PI_PROGRAM = _(
    "The program rpicam-jpeg, which takes the Raspberry Pi camera's pictures, is missing."
)


NO_PI_PROGRAM_HINT = _("Install it with: sudo apt install rpicam-apps")


def pi_not_found(name: str) -> str:
    return _("The {name} was not found.").format(name=name)


PI_NOT_FOUND_HINT = _(
    "Switch the Raspberry Pi off, check both ends of the camera's cable, and start again."
)


def pi_failed(name: str, reason: str) -> str:
    return _("The {name} failed: {reason}.").format(name=name, reason=reason.rstrip(". "))


def pi_failed_silently(name: str) -> str:
    return _("The {name} failed without saying why.").format(name=name)


def pi_no_picture(name: str) -> str:
    return _("What the {name} gave is no picture.").format(name=name)


# The quality of a picture


TOO_DARK = _("The picture is very dark.")


TOO_BRIGHT = _("The picture is very bright.")


COVERED = _("The picture shows next to nothing; the camera may be covered or face a wall.")


BLURRED = _("The picture may be blurred.")


DESCRIBING_ANYWAY = _("I will describe it anyway.")
