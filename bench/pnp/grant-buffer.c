/*
 * For LD_PRELOAD: a receive buffer is granted as a kernel would whose net.core.rmem_max is RCVBUF_LIMIT bytes, without a change
 * to the machine. Needs CAP_NET_ADMIN, because the limit may lie above the machine's own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int set_option(int fd, int level, int name, const void *value, socklen_t length);

int setsockopt(int fd, int level, int name, const void *value, socklen_t length) {
    static set_option *real;
    if (real == NULL) {
        real = (set_option *)dlsym(RTLD_NEXT, "setsockopt");
    }
    const char *limit = getenv("RCVBUF_LIMIT");
    if (level != SOL_SOCKET || name != SO_RCVBUF || limit == NULL || length != sizeof(int)) {
        return real(fd, level, name, value, length);
    }
    int granted = *(const int *)value;
    if (granted > atoi(limit)) {
        granted = atoi(limit);
    }
    return real(fd, level, SO_RCVBUFFORCE, &granted, sizeof granted);
}
