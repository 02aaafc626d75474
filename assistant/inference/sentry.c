// Ends another process where this one is kept from running for want of memory. See assistant/inference/sentry.py.
//
// The thread asks for no memory, opens nothing and does not need Python, whose lock may be held by a thread that waits
// for the disk: it goes on where nothing else of this process does.

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICKS_PER_SECOND = 4 };
enum { ON_TIME_TICKS = TICKS_PER_SECOND };  // beats come twice a second
enum { FORGIVEN_TICKS = 4 };                // for so many on time, one late tick is forgiven
enum { STACK_BYTES = 64 * 1024 };

struct sentry {
    atomic_uint beats;
    atomic_bool is_over;
    int32_t process;  // pidfd_open(2)
    int32_t patience_ticks;
    int64_t min_faults;
};

static int64_t major_faults(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_majflt : 0;
}

// Counts its own ticks and never looks at a clock: while all is paused, nobody is late.
static void * keep_watch(void * argument) {
    struct sentry * sentry = argument;
    const struct timespec tick = { 0, 1000000000L / TICKS_PER_SECOND };
    unsigned seen = atomic_load(&sentry->beats);
    int64_t faults_before = major_faults();
    int silent_ticks = 0;
    int owed = 0;  // parts of ticks
    while (!atomic_load(&sentry->is_over)) {
        nanosleep(&tick, NULL);
        const unsigned beats = atomic_load(&sentry->beats);
        silent_ticks = beats == seen ? silent_ticks + 1 : 0;
        seen = beats;
        if (silent_ticks > ON_TIME_TICKS) {
            owed += FORGIVEN_TICKS;
        } else if (owed > 0) {
            owed--;
        }
        if (owed == 0) {
            faults_before = major_faults();
        } else if (owed >= sentry->patience_ticks * FORGIVEN_TICKS) {
            if (major_faults() - faults_before >= sentry->min_faults) {
                syscall(SYS_pidfd_send_signal, sentry->process, SIGKILL, NULL, 0);
            }
            owed = 0;
        }
    }
    close(sentry->process);
    free(sentry);
    return NULL;
}

int32_t sentry_ticks_per_second(void) {
    return TICKS_PER_SECOND;
}

// The pidfd is the sentry's from here on. NULL, and the pidfd closed, where there is no memory or no thread for it.
struct sentry * sentry_start(int32_t process, int32_t patience_ticks, int64_t min_faults) {
    struct sentry * sentry = calloc(1, sizeof(*sentry));
    pthread_attr_t attributes;
    pthread_t thread;
    bool is_started = false;
    if (sentry != NULL && pthread_attr_init(&attributes) == 0) {
        sentry->process = process;
        sentry->patience_ticks = patience_ticks;
        sentry->min_faults = min_faults;
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        is_started = pthread_create(&thread, &attributes, keep_watch, sentry) == 0;
        pthread_attr_destroy(&attributes);
    }
    if (!is_started) {
        free(sentry);
        close(process);
        return NULL;
    }
    return sentry;
}

void sentry_beat(struct sentry * sentry) {
    atomic_fetch_add(&sentry->beats, 1);
}

// The sentry's thread frees it; nothing may be called with it after this.
void sentry_end(struct sentry * sentry) {
    atomic_store(&sentry->is_over, true);
}
