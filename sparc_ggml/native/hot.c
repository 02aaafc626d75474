// The two pieces of SPARC that run for every token: refusing or reading graph nodes, and scaling V rows.
// Same contract as sparc_ggml/eval_callback.py and value_cache.py, which are the reference and the fallback.
//
// No header of Python or ggml is needed: the tensor is mirrored as in sparc_ggml/_ggml.py, and the caller
// compares sparc_tensor_layout() with that mirror, which is itself checked against the loaded ggml.

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { TYPE_F32 = 0, TYPE_F16 = 1, TYPE_Q8_0 = 8, TYPE_BF16 = 30 };
enum { Q8_0_BLOCK_BYTES = 34 };

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
    int32_t is_observing;
    int32_t is_recording;
    int32_t is_taken;  // attention[] holds the last token's
    int32_t n_cells;
    const int64_t * cells;  // KV cells of the image tokens
    float * attention;      // out: (n_cells)
    double * weights;       // scratch: (n_weights + n_cells)
    int64_t n_weights;      // at least n_kv, else the Python callback reads
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

__attribute__((target("avx2,fma,f16c"))) static double dot_half_f16c(
    const float * q, const uint16_t * k, int64_t n) {
    __m256d sum = _mm256_setzero_pd();
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const __m128 wide = _mm_cvtph_ps(_mm_loadl_epi64((const __m128i *)(k + i)));
        sum = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(q + i)), _mm256_cvtps_pd(wide), sum);
    }
    double lanes[4];
    _mm256_storeu_pd(lanes, sum);
    double total = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    for (; i < n; i++) {
        total += (double)q[i] * half_to_float(k[i]);
    }
    return total;
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

static double dot_half(const float * q, const uint16_t * k, int64_t n) {
#if defined(__x86_64__)
    if (has_f16c()) {
        return dot_half_f16c(q, k, n);
    }
#endif
    double total = 0.0;
    for (int64_t i = 0; i < n; i++) {
#if defined(__aarch64__)
        __fp16 value;
        memcpy(&value, k + i, sizeof value);
        total += (double)q[i] * (double)value;
#else
        total += (double)q[i] * half_to_float(k[i]);
#endif
    }
    return total;
}

// Writes rows * gain, rounded once to the cache's type, for n_rows image tokens of one layer.
//   base: the layer's V tensor; cells: its row of each token; row_stride and value_stride in bytes
//   (value_stride above the value's size: transposed cache); saved: (n_image, n_values) originals,
//   contiguous, saved_stride bytes apart; indices: image tokens, (n_rows); gain: (n_rows).
// n_values counts bytes for q8_0. Returns 0, or -1 for a type that is not known.
int32_t sparc_scale_rows(int32_t type, char * base, int64_t row_stride, int64_t value_stride, const int64_t * cells,
                         const char * saved, int64_t saved_stride, const int64_t * indices, const double * gain,
                         int64_t n_rows, int64_t n_values) {
    for (int64_t row = 0; row < n_rows; row++) {
        const float factor = (float)gain[row];
        char * out = base + cells[indices[row]] * row_stride;
        const char * in = saved + indices[row] * saved_stride;
        if (type == TYPE_F16 && value_stride == 2) {
            scale_half_row((uint16_t *)out, (const uint16_t *)in, n_values, factor);
        } else if (type == TYPE_F16) {
            uint16_t scaled[256];
            for (int64_t start = 0; start < n_values; start += 256) {
                const int64_t n = n_values - start < 256 ? n_values - start : 256;
                scale_half_row(scaled, (const uint16_t *)in + start, n, factor);
                for (int64_t i = 0; i < n; i++) {
                    memcpy(out + (start + i) * value_stride, scaled + i, 2);
                }
            }
        } else if (type == TYPE_BF16) {
            for (int64_t i = 0; i < n_values; i++) {
                const uint16_t value = float_to_bfloat(bfloat_to_float(((const uint16_t *)in)[i]) * factor);
                memcpy(out + i * value_stride, &value, 2);
            }
        } else if (type == TYPE_F32) {
            for (int64_t i = 0; i < n_values; i++) {
                const float value = ((const float *)in)[i] * factor;
                memcpy(out + i * value_stride, &value, 4);
            }
        } else if (type == TYPE_Q8_0) {
            for (int64_t i = 0; i < n_values; i += Q8_0_BLOCK_BYTES) {
                uint16_t scale;
                memcpy(&scale, in + i, 2);
                scale = float_to_half(half_to_float(scale) * factor);
                memcpy(out + i, &scale, 2);
            }
        } else {
            return -1;
        }
    }
    return 0;
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

// Redoes softmax(q k / sqrt(d) + mask) of the last query; in double, so that the order of sums does not matter.
static bool read_flash(struct probe * p, const struct tensor * node) {
    const struct tensor * q = node->src[0];
    const struct tensor * k = node->src[1];
    const struct tensor * mask = node->src[3];
    float params[3];
    memcpy(params, node->op_params, sizeof params);
    const int64_t n_kv = k->ne[1];
    if (q->type != TYPE_F32 || k->type != TYPE_F16 || k->nb[0] != 2 || q->nb[0] != 4 || q->ne[3] != 1 ||
        params[1] != 0.0f || params[2] != 0.0f || node->src[4] != NULL || n_kv > p->n_weights ||
        (mask != NULL && mask->type != TYPE_F16)) {
        return false;
    }
    const int64_t last = q->ne[1] - 1;
    const int64_t group = q->ne[2] / k->ne[2];
    const uint16_t * hidden = mask == NULL ? NULL : (const uint16_t *)((const char *)mask->data + last * mask->nb[1]);
    double * mean = p->weights + p->n_weights;
    memset(mean, 0, sizeof(double) * p->n_cells);
    for (int64_t h = 0; h < q->ne[2]; h++) {
        const float * query = (const float *)((const char *)q->data + last * q->nb[1] + h * q->nb[2]);
        const char * keys = (const char *)k->data + (h / group) * k->nb[2];
        double largest = -INFINITY;
        for (int64_t j = 0; j < n_kv; j++) {
            const float bias = hidden == NULL ? 0.0f : half_to_float(hidden[j]);
            double logit = -INFINITY;
            if (bias != -INFINITY) {
                logit = dot_half(query, (const uint16_t *)(keys + j * k->nb[1]), q->ne[0]) * params[0] + bias;
            }
            p->weights[j] = logit;
            largest = logit > largest ? logit : largest;
        }
        double total = 0.0;
        for (int64_t j = 0; j < n_kv; j++) {
            p->weights[j] = p->weights[j] == -INFINITY ? 0.0 : exp(p->weights[j] - largest);
            total += p->weights[j];
        }
        for (int32_t j = 0; j < p->n_cells; j++) {
            mean[j] += p->weights[p->cells[j]] / total;
        }
    }
    for (int32_t j = 0; j < p->n_cells; j++) {
        p->attention[j] = (float)(mean[j] / (double)q->ne[2]);
    }
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
                while (k != NULL && k->view_src != NULL) {
                    k = k->view_src;
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
