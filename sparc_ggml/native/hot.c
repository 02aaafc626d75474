// What SPARC does for every token: refusing or reading graph nodes, selecting image tokens, and scaling V rows.
// Same contract as sparc_ggml/eval_callback.py, recalibration.py and value_cache.py, which are the reference
// and the fallback. Arithmetic keeps their order and their number types (setup.py forbids contraction).
//
// No header of Python or ggml is needed: the tensor is mirrored as in sparc_ggml/_ggml.py, and the caller
// compares sparc_tensor_layout() with that mirror, which is itself checked against the loaded ggml.
//
// Legend. Sizes, in llama.cpp's names:
//   n_kv         cells of the KV cache that this graph reads      kv_size  all cells of the cache
//   n_query      tokens of this decode; the last one is observed  n_open   cells that the mask shows to it
//   n_head       heads of the query                               n_layer  layers whose V rows are scaled
//   n_head_kv    heads of K and V, a divisor of n_head            n_image  image tokens (n_cells in struct probe)
//   n_embd_head  values of one head                               n_embd_v_gqa  values of a cell's V, all heads
// Shapes, slowest index first. ggml's ne[] names the fastest first, so it reads backwards; nb[] are strides in bytes.
//   softmax    (n_head, n_query, n_kv)             f32, read_softmax: ne = {n_kv, n_query, n_head, 1}
//   q          (n_head, n_query, n_embd_head)      f32, read_flash, src[0]: ne = {n_embd_head, n_query, n_head, 1}
//   k          (n_head_kv, n_kv, n_embd_head)      f16 or q8_0, src[1]; head h of q reads head h / (n_head / n_head_kv)
//   mask       (n_query, n_kv)                     f16, src[3]: what is added to a score; -inf hides the cell
//   weights    (max_heads, n_weights)              f64; of a row the first n_open count, in the order of view.open
//   attention  (n_image)                           f32, the mean over heads of what the last token pays
//   cells      (n_image)                           i64, the cell of each image token
//   V cache    (kv_size, n_embd_v_gqa) a layer     cell to cell row_stride, value to value value_stride: a row lies in
//                                                  one piece with flash attention, in a column without (transposed)
//   store      (n_image, n_embd_v_gqa) a layer     the originals of scaled rows, packed; of q8_0 one f16 scale a block
//   ema, gain, max_gain (n_image); largest (n_layer, n_image); selected, fresh: indices of image tokens

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { TYPE_F32 = 0, TYPE_F16 = 1, TYPE_Q8_0 = 8, TYPE_BF16 = 30 };
enum { Q8_0_BLOCK_BYTES = 34 };
enum { MAX_WIDTH = 1024 };  // of an attention head; a wider one is read in Python
// Values to work on above which waking other threads, which sleep between two uses, takes less time than it saves.
enum { WORTH_A_THREAD = 1000000 };

struct tensor {
    int32_t type;
    void * buffer;
    int64_t ne[4];
    size_t nb[4];
    int32_t op;
    int32_t op_params[16];
    int32_t flags;
    struct tensor * src[10];
    struct tensor * view_src;
    size_t view_offs;
    void * data;
    char name[64];
    void * extra;
    char padding[8];
};

typedef bool (*eval_callback)(struct tensor * node, bool is_asking, void * user_data);

// Filled in by NativeProbe (sparc_ggml/native/__init__.py), which mirrors this struct.
struct probe {
    int32_t op_set_rows;
    int32_t op_soft_max;
    int32_t op_flash;
    int32_t op_copy;
    int32_t is_observing;
    int32_t is_recording;
    int32_t is_taken;  // attention[] holds the last token's
    int32_t n_cells;
    const int64_t * cells;  // KV cells of the image tokens
    float * attention;      // out: (n_cells)
    double * weights;       // scratch: (max_heads, n_weights)
    int64_t n_weights;      // at least n_kv, else the Python callback reads
    int64_t max_heads;
    int32_t n_threads;
    eval_callback slow;  // the Python callback: recording, and types that are not read here
    char softmax_name[64];
    char key_name[64];
};

void sparc_tensor_layout(int64_t out[8]) {
    const int64_t layout[8] = {
        sizeof(struct tensor),         offsetof(struct tensor, ne),   offsetof(struct tensor, op),
        offsetof(struct tensor, src),  offsetof(struct tensor, data), offsetof(struct tensor, name),
        offsetof(struct tensor, view_src), sizeof(struct probe),
    };
    memcpy(out, layout, sizeof layout);
}

static float half_to_float(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t exponent = (half >> 10) & 0x1f;
    uint32_t mantissa = half & 0x3ff;
    uint32_t bits;
    if (exponent == 0x1f) {
        bits = sign | 0x7f800000 | mantissa << 13;
    } else if (exponent != 0) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else {
        float value = ldexpf((float)mantissa, -24);
        memcpy(&bits, &value, sizeof bits);
        bits |= sign;
    }
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

// To nearest, ties to even, as F16C and ggml do.
static uint16_t float_to_half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    bits &= 0x7fffffff;
    if (bits > 0x7f800000) {
        return sign | 0x7e00 | (uint16_t)(bits >> 13 & 0x3ff);
    }
    if (bits >= 0x477ff000) {
        return sign | 0x7c00;
    }
    if (bits < 0x38800000) {  // below 2^-14: the result has no exponent
        float magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        return sign | (uint16_t)nearbyintf(magnitude * 16777216.0f);
    }
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits - 0x38000000) >> 13);
}

static float bfloat_to_float(uint16_t value) {
    const uint32_t bits = (uint32_t)value << 16;
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

static uint16_t float_to_bfloat(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#if defined(__x86_64__)
__attribute__((target("avx,f16c"))) static void scale_half_row_f16c(
    uint16_t * out, const uint16_t * in, int64_t n, float gain) {
    const __m256 factor = _mm256_set1_ps(gain);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256 wide = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + i)));
        const __m128i narrow = _mm256_cvtps_ph(_mm256_mul_ps(wide, factor), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128((__m128i *)(out + i), narrow);
    }
    for (; i < n; i++) {
        out[i] = float_to_half(half_to_float(in[i]) * gain);
    }
}

// The query times the keys of n cells. Four sums side by side, because one would wait for its own last addition.
__attribute__((target("avx2,fma,f16c"))) static void dots_half_f16c(
    double * out, const double * q, const char * keys, size_t stride, const int32_t * cells, int32_t n, int64_t width) {
    for (int32_t j = 0; j < n; j++) {
        const uint16_t * k = (const uint16_t *)(keys + cells[j] * stride);
        __m256d sums[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
        int64_t i = 0;
        for (; i + 16 <= width; i += 16) {
            for (int part = 0; part < 4; part++) {
                const __m128 wide = _mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)(k + i + 4 * part)));
                sums[part] = _mm256_fmadd_pd(_mm256_loadu_pd(q + i + 4 * part), _mm256_cvtps_pd(wide), sums[part]);
            }
        }
        const __m256d sum = _mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), _mm256_add_pd(sums[2], sums[3]));
        const __m128d half = _mm_add_pd(_mm256_castpd256_pd128(sum), _mm256_extractf128_pd(sum, 1));
        double total = _mm_cvtsd_f64(_mm_add_sd(half, _mm_unpackhi_pd(half, half)));
        for (; i < width; i++) {
            total += q[i] * (double)half_to_float(k[i]);
        }
        out[j] = total;
    }
}

static bool has_f16c(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
#endif

static void scale_half_row(uint16_t * out, const uint16_t * in, int64_t n, float gain) {
#if defined(__x86_64__)
    if (has_f16c()) {
        scale_half_row_f16c(out, in, n, gain);
        return;
    }
#elif defined(__aarch64__)
    for (int64_t i = 0; i < n; i++) {
        __fp16 value;
        memcpy(&value, in + i, sizeof value);
        value = (__fp16)((float)value * gain);
        memcpy(out + i, &value, sizeof value);
    }
    return;
#endif
    for (int64_t i = 0; i < n; i++) {
        out[i] = float_to_half(half_to_float(in[i]) * gain);
    }
}

static double wide_half(const uint16_t * k) {
#if defined(__aarch64__)
    __fp16 value;
    memcpy(&value, k, sizeof value);
    return (double)value;
#else
    return (double)half_to_float(*k);
#endif
}

static void dots_half(
    double * out, const double * q, const char * keys, size_t stride, const int32_t * cells, int32_t n, int64_t width) {
#if defined(__x86_64__)
    if (has_f16c()) {
        dots_half_f16c(out, q, keys, stride, cells, n, width);
        return;
    }
#endif
    for (int32_t j = 0; j < n; j++) {
        const uint16_t * k = (const uint16_t *)(keys + cells[j] * stride);
        double sums[4] = {0.0, 0.0, 0.0, 0.0};
        int64_t i = 0;
        for (; i + 4 <= width; i += 4) {
            for (int part = 0; part < 4; part++) {
                sums[part] += q[i + part] * wide_half(k + i + part);
            }
        }
        double total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        for (; i < width; i++) {
            total += q[i] * wide_half(k + i);
        }
        out[j] = total;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma,f16c"))) static double dot_q8_0_avx2(const float * q, const char * k, int64_t n) {
    __m256d sums[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd(), _mm256_setzero_pd()};
    for (int64_t block = 0; block * 32 < n; block++, q += 32, k += Q8_0_BLOCK_BYTES) {
        uint16_t half;
        memcpy(&half, k, 2);
        const __m256 scale = _mm256_set1_ps(_cvtsh_ss(half));
        for (int i = 0; i < 32; i += 8) {
            const __m256i quants = _mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(k + 2 + i)));
            const __m256 key = _mm256_mul_ps(_mm256_cvtepi32_ps(quants), scale);
            const __m256 query = _mm256_loadu_ps(q + i);
            const int part = i / 8 % 2 * 2;
            sums[part] = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(query)),
                                         _mm256_cvtps_pd(_mm256_castps256_ps128(key)), sums[part]);
            sums[part + 1] = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm256_extractf128_ps(query, 1)),
                                             _mm256_cvtps_pd(_mm256_extractf128_ps(key, 1)), sums[part + 1]);
        }
    }
    double lanes[4];
    _mm256_storeu_pd(lanes, _mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), _mm256_add_pd(sums[2], sums[3])));
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}
#endif

static double dot_q8_0(const float * q, const char * k, int64_t n) {
#if defined(__x86_64__)
    if (has_f16c()) {
        return dot_q8_0_avx2(q, k, n);
    }
#endif
    double sums[4] = {0.0, 0.0, 0.0, 0.0};
    for (int64_t block = 0; block * 32 < n; block++) {
        const char * start = k + block * Q8_0_BLOCK_BYTES;
        uint16_t half;
        memcpy(&half, start, 2);
        const float scale = half_to_float(half);
        const int8_t * quants = (const int8_t *)(start + 2);
        for (int i = 0; i < 32; i += 4) {
            for (int part = 0; part < 4; part++) {
                const float value = (float)quants[i + part] * scale;
                sums[part] += (double)q[block * 32 + i + part] * (double)value;
            }
        }
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static bool read_softmax(struct probe * p, const struct tensor * node) {
    if (node->type != TYPE_F32 || node->ne[3] != 1) {
        return false;
    }
    const char * last = (const char *)node->data + (node->ne[1] - 1) * node->nb[1];
    for (int32_t j = 0; j < p->n_cells; j++) {
        double sum = 0.0;
        for (int64_t h = 0; h < node->ne[2]; h++) {
            sum += *(const float *)(last + h * node->nb[2] + p->cells[j] * node->nb[0]);
        }
        p->attention[j] = (float)(sum / (double)node->ne[2]);
    }
    return true;
}

static float mask_at(const uint16_t * hidden, int64_t j) {
    return hidden == NULL ? 0.0f : half_to_float(hidden[j]);
}

// e to the power of each x <= 0, to the last bit or two of a double; what is below 1e-300 becomes 1e-304. The same on
// every processor, since nothing is contracted, and without a branch or a call, so that compilers vectorise it.
static inline __attribute__((always_inline)) void exp_row(double * x, int64_t n) {
    const double magic = 6755399441055744.0;  // 1.5 * 2^52: added, it leaves a whole number in the lowest bits
    for (int64_t i = 0; i < n; i++) {
        const double value = x[i] < -700.0 ? -700.0 : x[i];
        const double shifted = value * 1.4426950408889634 + magic;
        const double k = shifted - magic;
        const double r = (value - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;  // fdlibm's ln 2
        double sum = 1.0 / 6227020800.0;
        sum = sum * r + 1.0 / 479001600.0;
        sum = sum * r + 1.0 / 39916800.0;
        sum = sum * r + 1.0 / 3628800.0;
        sum = sum * r + 1.0 / 362880.0;
        sum = sum * r + 1.0 / 40320.0;
        sum = sum * r + 1.0 / 5040.0;
        sum = sum * r + 1.0 / 720.0;
        sum = sum * r + 1.0 / 120.0;
        sum = sum * r + 1.0 / 24.0;
        sum = sum * r + 1.0 / 6.0;
        sum = sum * r + 0.5;
        sum = (sum * r) * r + r + 1.0;
        uint64_t power, bits;
        memcpy(&power, &shifted, sizeof power);
        memcpy(&bits, &sum, sizeof bits);
        bits += power << 52;
        double result;
        memcpy(&result, &bits, sizeof result);
        x[i] = value == value ? result : value;  // what is not a number stays so
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void exp_row_avx2(double * x, int64_t n) {
    exp_row(x, n);
}
#endif

static void exp_all(double * x, int64_t n) {
#if defined(__x86_64__)
    if (has_f16c()) {
        exp_row_avx2(x, n);
        return;
    }
#endif
    exp_row(x, n);
}

// Cells that the query may see, and where each image token is among them; the same for every head.
struct view {
    int32_t n_open;
    int32_t * open;    // cells
    float * bias;      // what the mask adds, by place in open
    int32_t * places;  // (n_cells) places in open of the image tokens; -1: hidden
};

static bool make_view(struct view * v, const struct probe * p, const uint16_t * hidden, int64_t n_kv) {
    // One piece of memory: open, bias, places, and the place of every cell.
    char * memory = malloc(n_kv * (2 * sizeof(int32_t) + sizeof(float)) + p->n_cells * sizeof(int32_t));
    if (memory == NULL) {
        return false;
    }
    v->open = (int32_t *)memory;
    int32_t * place_of = v->open + n_kv;
    v->bias = (float *)(place_of + n_kv);
    v->places = (int32_t *)(v->bias + n_kv);
    v->n_open = 0;
    for (int64_t j = 0; j < n_kv; j++) {
        const float bias = mask_at(hidden, j);
        place_of[j] = -1;
        if (bias != -INFINITY) {
            place_of[j] = v->n_open;
            v->open[v->n_open] = (int32_t)j;
            v->bias[v->n_open++] = bias;
        }
    }
    for (int32_t j = 0; j < p->n_cells; j++) {
        v->places[j] = place_of[p->cells[j]];
    }
    return true;
}

// Redoes softmax(q k / sqrt(d) + mask) of the last query; in double, so that the order of sums does not matter.
static bool read_flash(struct probe * p, const struct tensor * node) {
    const struct tensor * q = node->src[0];
    const struct tensor * k = node->src[1];
    const struct tensor * mask = node->src[3];
    float params[3];
    memcpy(params, node->op_params, sizeof params);
    const int64_t n_kv = k->ne[1];
    const int64_t n_head = q->ne[2];
    const bool is_half = k->type == TYPE_F16 && k->nb[0] == 2;
    const bool is_q8_0 = k->type == TYPE_Q8_0 && q->ne[0] % 32 == 0;
    if (q->type != TYPE_F32 || !(is_half || is_q8_0) || q->nb[0] != 4 || q->ne[3] != 1 || params[1] != 0.0f ||
        params[2] != 0.0f || node->src[4] != NULL || n_kv > p->n_weights || n_head > p->max_heads || q->ne[0] > MAX_WIDTH ||
        (mask != NULL && mask->type != TYPE_F16)) {
        return false;
    }
    const int64_t last = q->ne[1] - 1;
    const int64_t group = n_head / k->ne[2];
    const uint16_t * hidden = mask == NULL ? NULL : (const uint16_t *)((const char *)mask->data + last * mask->nb[1]);
    struct view v;
    if (!make_view(&v, p, hidden, n_kv)) {
        return false;
    }
    const int32_t n_threads = n_head * v.n_open * q->ne[0] > WORTH_A_THREAD ? p->n_threads : 1;
#pragma omp parallel for num_threads(n_threads) if (n_threads > 1)
    for (int64_t h = 0; h < n_head; h++) {
        const float * query = (const float *)((const char *)q->data + last * q->nb[1] + h * q->nb[2]);
        const char * keys = (const char *)k->data + (h / group) * k->nb[2];
        double * weights = p->weights + h * p->n_weights;
        if (is_half) {
            double wide[MAX_WIDTH];
            for (int64_t i = 0; i < q->ne[0]; i++) {
                wide[i] = query[i];
            }
            dots_half(weights, wide, keys, k->nb[1], v.open, v.n_open, q->ne[0]);
        } else {
            for (int32_t i = 0; i < v.n_open; i++) {
                weights[i] = dot_q8_0(query, keys + v.open[i] * k->nb[1], q->ne[0]);
            }
        }
        double largest = -INFINITY;
        for (int32_t i = 0; i < v.n_open; i++) {
            weights[i] = weights[i] * params[0] + v.bias[i];
            largest = weights[i] > largest ? weights[i] : largest;
        }
        for (int32_t i = 0; i < v.n_open; i++) {
            weights[i] -= largest;
        }
        exp_all(weights, v.n_open);
        double total = 0.0;
        for (int32_t i = 0; i < v.n_open; i++) {
            total += weights[i];
        }
        for (int32_t j = 0; j < p->n_cells; j++) {
            if (v.places[j] >= 0) {
                weights[v.places[j]] /= total;
            }
        }
    }
    for (int32_t j = 0; j < p->n_cells; j++) {
        double sum = 0.0;
        for (int64_t h = 0; v.places[j] >= 0 && h < n_head; h++) {
            sum += p->weights[h * p->n_weights + v.places[j]];
        }
        p->attention[j] = (float)(sum / (double)n_head);
    }
    free(v.open);
    return true;
}

// ggml_backend_sched_eval_callback
bool sparc_on_node(struct tensor * node, bool is_asking, void * user_data) {
    struct probe * p = user_data;
    if (is_asking) {
        if (p->is_observing) {
            if (node->op == p->op_soft_max) {
                return strcmp(node->name, p->softmax_name) == 0;
            }
            if (node->op == p->op_flash) {
                const struct tensor * k = node->src[1];
                // A single-precision cache is handed over as a copy in half precision.
                while (k != NULL && (k->view_src != NULL || k->op == p->op_copy)) {
                    k = k->view_src != NULL ? k->view_src : k->src[0];
                }
                return k != NULL && strcmp(k->name, p->key_name) == 0;
            }
        }
        if (p->is_recording && node->op == p->op_set_rows) {
            return p->slow(node, true, NULL);
        }
        return false;
    }
    if (p->is_observing) {
        const bool is_read = node->op == p->op_soft_max ? read_softmax(p, node) : read_flash(p, node);
        if (is_read) {
            p->is_taken = 1;
        } else {
            p->slow(node, false, NULL);
        }
    }
    return true;
}

// One layer's V cache and the originals of the rows that were touched; NativeStep fills this in.
struct layer {
    char * base;           // the layer's V tensor
    char * store;          // (n_image, store_stride) originals; for q8_0 the block scales alone
    int64_t row_stride;    // bytes from cell to cell
    int64_t value_stride;  // bytes from value to value; above the value's size in a transposed cache
    int64_t store_stride;
    int64_t n_values;      // values of a row; blocks for q8_0
    int32_t type;
};

// The state of SPARC over one answer (recalibration.py, value_cache.py); NativeStep fills this in.
struct step {
    struct layer * layers;
    const int64_t * cells;  // (n_image)
    float * ema;            // (n_image)
    double * gain;          // (n_image)
    double * max_gain;      // (n_image)
    double * largest;       // scratch: (n_layer, n_image), the largest value of a row that is being saved
    int64_t * selected;     // (n_image), the first n_selected count
    int64_t * fresh;        // scratch: (n_image)
    uint8_t * is_saved;     // (n_image)
    double alpha;
    float tau;
    float beta;
    float one_minus_beta;
    int32_t n_layer;
    int32_t n_image;
    int32_t n_selected;
    int32_t n_threads;
    int32_t is_sparc;
    int32_t is_clamped;
};

int64_t sparc_step_size(void) {
    return sizeof(struct step) * 1000 + sizeof(struct layer);
}

static const double HALF_MAX = 65504.0;
static const double FLOAT_MAX = 3.4028234663852886e38;

// Copies one row to the store and returns its largest absolute value (of q8_0, its largest block scale).
static double save_row(const struct layer * l, const char * row, char * out) {
    if (l->type == TYPE_F16 || l->type == TYPE_Q8_0) {
        const int64_t stride = l->type == TYPE_Q8_0 ? Q8_0_BLOCK_BYTES : l->value_stride;
        uint16_t * values = (uint16_t *)out;
        if (stride == 2) {
            memcpy(values, row, l->n_values * 2);
        } else {
            for (int64_t i = 0; i < l->n_values; i++) {
                memcpy(values + i, row + i * stride, 2);
            }
        }
        // Without their sign, halves order as their bits do.
        uint16_t most = 0;
        for (int64_t i = 0; i < l->n_values; i++) {
            const uint16_t bits = values[i] & 0x7fff;
            most = bits > most ? bits : most;
        }
        return half_to_float(most);
    }
    float most = 0.0f;
    for (int64_t i = 0; i < l->n_values; i++) {
        float value;
        if (l->type == TYPE_BF16) {
            memcpy((uint16_t *)out + i, row + i * l->value_stride, 2);
            value = fabsf(bfloat_to_float(((const uint16_t *)out)[i]));
        } else {
            memcpy(&value, row + i * l->value_stride, 4);
            ((float *)out)[i] = value;
            value = fabsf(value);
        }
        most = value > most ? value : most;
    }
    return most;
}

// Writes a saved row times factor, rounded once to the cache's type.
static void write_row(const struct layer * l, char * row, const char * saved, float factor) {
    if (l->type == TYPE_F16 && l->value_stride == 2) {
        scale_half_row((uint16_t *)row, (const uint16_t *)saved, l->n_values, factor);
    } else if (l->type == TYPE_F16 || l->type == TYPE_Q8_0) {
        const int64_t stride = l->type == TYPE_Q8_0 ? Q8_0_BLOCK_BYTES : l->value_stride;
        uint16_t scaled[256];
        for (int64_t start = 0; start < l->n_values; start += 256) {
            const int64_t n = l->n_values - start < 256 ? l->n_values - start : 256;
            scale_half_row(scaled, (const uint16_t *)saved + start, n, factor);
            for (int64_t i = 0; i < n; i++) {
                memcpy(row + (start + i) * stride, scaled + i, 2);
            }
        }
    } else if (l->type == TYPE_BF16) {
        for (int64_t i = 0; i < l->n_values; i++) {
            const uint16_t value = float_to_bfloat(bfloat_to_float(((const uint16_t *)saved)[i]) * factor);
            memcpy(row + i * l->value_stride, &value, 2);
        }
    } else {
        for (int64_t i = 0; i < l->n_values; i++) {
            const float value = ((const float *)saved)[i] * factor;
            memcpy(row + i * l->value_stride, &value, 4);
        }
    }
}

// Threads for n rows.
static int32_t threads_for(const struct step * s, int64_t n) {
    const int64_t width = s->n_layer == 0 ? 0 : s->layers[0].n_values * (s->layers[0].type == TYPE_Q8_0 ? 8 : 1);
    const int64_t values = n * s->n_layer * width;  // a block of q8_0 costs more than a value
    return values > WORTH_A_THREAD ? s->n_threads : 1;
}

static void save(struct step * s) {
    int32_t n_fresh = 0;
    for (int32_t i = 0; i < s->n_selected; i++) {
        if (!s->is_saved[s->selected[i]]) {
            s->fresh[n_fresh++] = s->selected[i];
        }
    }
    if (n_fresh == 0) {
        return;
    }
#pragma omp parallel for num_threads(threads_for(s, n_fresh)) schedule(static)
    for (int32_t il = 0; il < s->n_layer; il++) {
        const struct layer * l = s->layers + il;
        for (int32_t i = 0; i < n_fresh; i++) {
            const int64_t j = s->fresh[i];
            const char * row = l->base + s->cells[j] * l->row_stride;
            s->largest[il * (int64_t)s->n_image + j] = save_row(l, row, l->store + j * l->store_stride);
        }
    }
    for (int32_t i = 0; i < n_fresh; i++) {
        const int64_t j = s->fresh[i];
        for (int32_t il = 0; il < s->n_layer; il++) {
            const int32_t type = s->layers[il].type;
            const double most = s->largest[il * (int64_t)s->n_image + j];
            const double limit = type == TYPE_F16 || type == TYPE_Q8_0 ? HALF_MAX : FLOAT_MAX;
            const double bearable = most > 0.0 ? limit / most : INFINITY;
            s->max_gain[j] = bearable < s->max_gain[j] ? bearable : s->max_gain[j];
        }
        s->is_saved[j] = 1;
    }
}

// Before the forward pass: saves, multiplies the gains of what was selected, and scales those rows.
void sparc_step_apply(struct step * s) {
    const int32_t n = s->alpha == 1.0 ? 0 : s->n_selected;
    s->n_selected = 0;
    s->is_clamped = 0;
    if (n == 0) {
        return;
    }
    s->n_selected = n;
    save(s);
    s->n_selected = 0;
    double * before = s->largest;
    for (int32_t i = 0; i < n; i++) {
        before[i] = s->gain[s->selected[i]];
        s->gain[s->selected[i]] *= s->alpha;
    }
    double sum = 0.0;
    for (int32_t j = 0; j < s->n_image; j++) {
        sum += s->gain[j] / s->max_gain[j];
    }
    if (sum > 1.0) {
        s->is_clamped = 1;
        for (int32_t i = 0; i < n; i++) {
            s->gain[s->selected[i]] = before[i];
        }
        return;
    }
#pragma omp parallel for num_threads(threads_for(s, n)) schedule(static)
    for (int32_t il = 0; il < s->n_layer; il++) {
        const struct layer * l = s->layers + il;
        for (int32_t i = 0; i < n; i++) {
            const int64_t j = s->selected[i];
            char * row = l->base + s->cells[j] * l->row_stride;
            write_row(l, row, l->store + j * l->store_stride, (float)s->gain[j]);
        }
    }
}

// After the forward pass: selects what rose, and updates the average.
void sparc_step_observe(struct step * s, const float * a) {
    if (!s->is_sparc) {
        return;
    }
    int32_t n = 0;
    for (int32_t j = 0; j < s->n_image; j++) {
        const float rise = a[j] - s->ema[j];
        const float r = s->ema[j] > 0.0f ? rise / s->ema[j] : rise > 0.0f ? INFINITY : 0.0f;
        if (r >= s->tau) {
            s->selected[n++] = j;
        }
        const float fresh = s->one_minus_beta * a[j];
        const float old = s->beta * s->ema[j];
        s->ema[j] = fresh + old;
    }
    s->n_selected = n;
}

// Puts every changed row back, bit for bit.
void sparc_step_restore(struct step * s) {
    for (int32_t j = 0; j < s->n_image; j++) {
        for (int32_t il = 0; s->is_saved[j] && il < s->n_layer; il++) {
            const struct layer * l = s->layers + il;
            const char * saved = l->store + j * l->store_stride;
            char * row = l->base + s->cells[j] * l->row_stride;
            const int64_t size = l->type == TYPE_F32 ? 4 : 2;
            const int64_t stride = l->type == TYPE_Q8_0 ? Q8_0_BLOCK_BYTES : l->value_stride;
            if (stride == size) {
                memcpy(row, saved, l->n_values * size);
                continue;
            }
            for (int64_t i = 0; i < l->n_values; i++) {
                memcpy(row + i * stride, saved + i * size, size);
            }
        }
        s->is_saved[j] = 0;
        s->max_gain[j] = INFINITY;
    }
}
