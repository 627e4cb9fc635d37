/*
 * The little SIP that the benchmarks' phones and the ceiling responder need. Nobody's parser: it trusts that the peer writes
 * one header per line in long form, as all peers of these benchmarks do.
 */
#ifndef BENCH_SIP_H
#define BENCH_SIP_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

/* Bytes. A SUBSCRIBE has about 520, the longest answer (NOTIFY) about 600. */
#define DATAGRAM_ROOM 4096

/* Bytes; asked with privilege, so that the generator's own buffers lose nothing. */
#define GENEROUS_BUFFER (4 << 20)

static inline uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline double cpu_seconds_of(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Seconds of CPU time that this process has used. */
static inline double cpu_seconds(void) {
    return cpu_seconds_of(RUSAGE_SELF);
}

/* The same of the processes that it started, and that have ended. */
static inline double children_cpu_seconds(void) {
    return cpu_seconds_of(RUSAGE_CHILDREN);
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline struct in_addr read_address(const char *text) {
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1) {
        fprintf(stderr, "saw %s, wanted an IPv4 address\n", text);
        exit(2);
    }
    return address;
}

/* The address that is `steps` above `first`. */
static inline struct in_addr address_after(struct in_addr first, uint32_t steps) {
    struct in_addr address = {.s_addr = htonl(ntohl(first.s_addr) + steps)};
    return address;
}

/* Each phone has sockets of its own. How many files this process may have open now: as many as wanted, or as the system lets it. */
static inline unsigned allow_open_files(unsigned wanted) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) {
        return wanted;
    }
    struct rlimit raised = {wanted, limit.rlim_max < wanted ? wanted : limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
        return wanted;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        die("setrlimit, for the sockets of all phones");
    }
    return (unsigned)limit.rlim_max;
}

static inline void ask_generous_buffers(int fd) {
    int bytes = GENEROUS_BUFFER;
    /* Without the privilege the plain request is granted as far as the system allows. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
}

/* A part of a message; `start` is NULL where it is absent. */
struct part {
    const char *start;
    size_t length;
};

/* The whole header line, name included, line end not. `name` ends with its colon. `message` ends with a NUL. */
static inline struct part find_header(const char *message, const char *name) {
    struct part none = {NULL, 0};
    size_t name_length = strlen(name);
    const char *line = strstr(message, "\r\n");
    while (line != NULL) {
        line += 2;
        const char *end = strstr(line, "\r\n");
        if (end == NULL || end == line) {
            return none;
        }
        if (strncasecmp(line, name, name_length) == 0) {
            struct part found = {line, (size_t)(end - line)};
            return found;
        }
        line = end;
    }
    return none;
}

/* What follows the colon and the blanks. */
static inline struct part find_value(const char *message, const char *name) {
    struct part found = find_header(message, name);
    if (found.start == NULL) {
        return found;
    }
    size_t skip = strlen(name);
    while (skip < found.length && found.start[skip] == ' ') {
        skip++;
    }
    found.start += skip;
    found.length -= skip;
    return found;
}

/* NULL: the message has none. */
static inline const char *find_body(const char *message) {
    const char *end = strstr(message, "\r\n\r\n");
    return end == NULL ? NULL : end + 4;
}

/* What a phone is, and which of its boots this is. */
struct asking_phone {
    uint64_t mac;
    char address[INET_ADDRSTRLEN];
    unsigned port;
    /* Makes Call-ID and branch unique: the run of the program, and the boot within it. */
    unsigned run;
    uint64_t boot;
};

/* The SUBSCRIBE of a Yealink desk phone, as captured (test/captured). Returns its length. */
static inline int write_subscribe(char *to, size_t room, const struct asking_phone *phone) {
    unsigned long long mac = phone->mac;
    unsigned long long boot = phone->boot;
    return snprintf(to, room,
                    "SUBSCRIBE sip:MAC%012llx@224.0.1.75 SIP/2.0\r\n"
                    "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bK%06x%llx\r\n"
                    "From: <sip:MAC%012llx@224.0.1.75>;tag=f%06x%llx\r\n"
                    "To: <sip:MAC%012llx@224.0.1.75>\r\n"
                    "Call-ID: %llu.%06x@%s\r\n"
                    "CSeq: 1 SUBSCRIBE\r\n"
                    "Contact: <sip:MAC%012llx@%s:%u>\r\n"
                    "Max-Forwards: 70\r\n"
                    "User-Agent: Yealink SIP-T46S 66.86.0.15\r\n"
                    "Expires: 0\r\n"
                    "Event: ua-profile;profile-type=\"device\";vendor=\"Yealink\";model=\"T46S\";version=\"66.86.0.15\"\r\n"
                    "Accept: application/url\r\n"
                    "Content-Length: 0\r\n\r\n",
                    mac, phone->address, phone->port, phone->run, boot, mac, phone->run, boot, mac, boot, phone->run,
                    phone->address, mac, phone->address, phone->port);
}

/* The boot that a message's Call-ID names; -1: none of this run. */
static inline int64_t read_boot(const char *message, unsigned run) {
    struct part call_id = find_value(message, "Call-ID:");
    if (call_id.start == NULL) {
        return -1;
    }
    char *end;
    unsigned long long boot = strtoull(call_id.start, &end, 10);
    if (*end != '.' || strtoul(end + 1, NULL, 16) != run) {
        return -1;
    }
    return (int64_t)boot;
}

/* A phone's 200 to a NOTIFY: what must be echoed, in the order of RFC 3261 8.2.6.2. Returns its length; 0: no room. */
static inline int write_ok(char *to, size_t room, const char *request) {
    static const char *const echoed[] = {"Via:", "From:", "To:", "Call-ID:", "CSeq:"};
    size_t length = (size_t)snprintf(to, room, "SIP/2.0 200 OK\r\n");
    for (size_t i = 0; i < sizeof echoed / sizeof echoed[0]; i++) {
        struct part line = find_header(request, echoed[i]);
        if (line.start == NULL) {
            continue;
        }
        if (length + line.length + 2 > room) {
            return 0;
        }
        memcpy(to + length, line.start, line.length);
        length += line.length;
        memcpy(to + length, "\r\n", 2);
        length += 2;
    }
    return (int)length + snprintf(to + length, room - length, "Content-Length: 0\r\n\r\n");
}

#endif
