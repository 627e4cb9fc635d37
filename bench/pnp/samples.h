/* Durations in microseconds, counted by value: percentiles are exact to 1 µs whatever their number. Processes may count together. */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct samples {
    uint32_t *counts;
    /* Longest duration that is told apart; longer ones count as this. */
    uint32_t longest_us;
    uint64_t total;
};

/* All zero, and the same for this process and those that it forks. */
static inline void *share_memory(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return memory;
}

static inline struct samples new_samples(uint32_t longest_us) {
    return (struct samples){share_memory(((size_t)longest_us + 1) * sizeof(uint32_t)), longest_us, 0};
}

static inline void add_sample(struct samples *samples, uint64_t ns) {
    uint64_t us = ns / 1000;
    __atomic_fetch_add(&samples->counts[us < samples->longest_us ? us : samples->longest_us], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&samples->total, 1, __ATOMIC_RELAXED);
}

/* Milliseconds below or at which `share` (0 to 1) of the durations lie; nearest rank. 0: there are none. */
static inline double percentile_ms(const struct samples *samples, double share) {
    if (samples->total == 0) {
        return 0;
    }
    uint64_t rank = (uint64_t)(share * (double)samples->total);
    if (rank >= samples->total) {
        rank = samples->total - 1;
    }
    uint64_t seen = 0;
    for (uint32_t us = 0; us <= samples->longest_us; us++) {
        seen += samples->counts[us];
        if (seen > rank) {
            return us / 1000.0;
        }
    }
    return samples->longest_us / 1000.0;
}

/* As a JSON member. */
static inline void print_samples(const char *name, const struct samples *samples) {
    printf("\"%s\":{\"count\":%llu,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name,
           (unsigned long long)samples->total, percentile_ms(samples, 0.5), percentile_ms(samples, 0.9),
           percentile_ms(samples, 0.99), percentile_ms(samples, 1));
}

#endif
