// Stands before SPARC's eval callback and tells where its time goes; built and used by bench_profile.py.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef bool (*eval_callback)(void * node, bool is_asking, void * user_data);

enum { REFUSE, CUT, READ };  // refuse every node; have the graph cut at the wanted one; read it too

struct shim {
    eval_callback callback;
    void * user_data;
    int32_t mode;
    int32_t n_nodes;   // asked about in the last graph
    int32_t clock;     // a clockid_t
    double read_us;    // spent in reading since it was set to 0
    void * nodes[8192];
};

static double now_us(int32_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

bool shim_on_node(void * node, bool is_asking, void * data) {
    struct shim * s = data;
    if (is_asking) {
        if (s->n_nodes < 8192) {
            s->nodes[s->n_nodes++] = node;
        }
        return s->callback(node, true, s->user_data) && s->mode != REFUSE;
    }
    if (s->mode == READ) {
        const double start = now_us(s->clock);
        s->callback(node, false, s->user_data);
        s->read_us += now_us(s->clock) - start;
    }
    return true;
}

// Microseconds for asking about every node of the last graph once.
double shim_ask_again(struct shim * s, int32_t n_times) {
    volatile int32_t n_wanted = 0;
    const double start = now_us(s->clock);
    for (int32_t i = 0; i < n_times; i++) {
        for (int32_t j = 0; j < s->n_nodes; j++) {
            n_wanted += s->callback(s->nodes[j], true, s->user_data);
        }
    }
    return (now_us(s->clock) - start) / n_times;
}
