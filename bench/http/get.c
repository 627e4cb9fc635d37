/*
 * Phones that fetch their files: each has a URL, an address and, with --keep-alive, a connection of its own, and they ask in turns.
 * A file counts when it came whole, with 200, and holds what only this phone's file holds. Prints one line of JSON.
 *
 *   get --window 64 --seconds 5 …    closed loop: so many requests under way at any time; finds the ceiling
 *   get --window 1 --rounds 1 …      each phone so many times, then it ends; one at a time shows the time of an answer alone
 *
 * wrk and its like ask from one address. The appliance gives a file to the phone whose MAC address stands behind the asker's
 * address, and to nobody else: so each phone must ask from its own.
 *
 * Longer than 400 lines: connecting, asking, reading and judging share the state of a connection.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../pnp/samples.h"
#include "../pnp/sip.h"

/* Bytes; a phone's file has some kilobytes. */
#define LARGEST_REPLY (256 * 1024)

#define LONGEST_REQUEST 512

/* Nanoseconds between two looks at who got no answer. */
#define TIMEOUT_CHECK_NS 100000000u

enum state { IS_IDLE, IS_CONNECTING, IS_WAITING };

struct phone {
    int fd;
    enum state state;
    unsigned slot;
    /* Answers on this connection: a server may close one that had some, and the phone asks again. */
    unsigned answered;
    char *path;
    char *request;
    size_t request_length;
};

/* A request under way. */
struct slot {
    unsigned phone;
    bool is_used;
    uint64_t asked_at;
    size_t length;
    size_t whole;
    char *reply;
};

static struct {
    struct sockaddr_in server;
    struct in_addr first_source;
    unsigned sources;
    uint64_t first_mac;
    const char *list;
    const char *mark;
    const char *save;
    bool keep_alive;
    unsigned window;
    uint64_t rounds;
    double seconds;
    double warm_up;
    double timeout;
} options = {.sources = 1, .first_mac = 0x805ec0000000, .window = 64, .seconds = 5, .timeout = 5};

static struct {
    uint64_t started;
    uint64_t done;
    uint64_t refused;
    uint64_t wrong;
    uint64_t broken;
    uint64_t lost;
    uint64_t opened;
    uint64_t done_in_time;
    uint64_t bytes;
    struct samples to_file;
} figures;

static struct phone *phones;
static unsigned count;
static struct slot *slots;
/* A stack of those that are free. */
static unsigned *free_slots;
static unsigned free_count;
static unsigned in_flight;
static int poll_fd;
static uint64_t started_at;
/* UINT64_MAX: the load is not warm yet. */
static uint64_t measure_from = UINT64_MAX;
static uint64_t measure_until = UINT64_MAX;

static void print_usage_and_exit(void) {
    fprintf(stderr, "get --server A --port N --source A --sources N --list FILE --mark TEXT [--first-mac HEX] [--keep-alive]\n"
                    "    [--window N] (--seconds S [--warm-up S] | --rounds N) [--timeout S] [--save DIR]\n");
    exit(2);
}

static void read_options(int argument_count, char **arguments) {
    static const struct option known[] = {
        {"server", required_argument, 0, 'd'},    {"port", required_argument, 0, 'p'},
        {"source", required_argument, 0, 's'},    {"sources", required_argument, 0, 'n'},
        {"list", required_argument, 0, 'l'},      {"mark", required_argument, 0, 'm'},
        {"first-mac", required_argument, 0, 'f'}, {"keep-alive", no_argument, 0, 'k'},
        {"window", required_argument, 0, 'w'},    {"seconds", required_argument, 0, 't'},
        {"warm-up", required_argument, 0, 'u'},   {"rounds", required_argument, 0, 'r'},
        {"timeout", required_argument, 0, 'o'},   {"save", required_argument, 0, 'v'},
        {0, 0, 0, 0},
    };
    options.server.sin_family = AF_INET;
    options.first_source = read_address("127.0.0.1");
    int option;
    while ((option = getopt_long(argument_count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 'd': options.server.sin_addr = read_address(optarg); break;
        case 'p': options.server.sin_port = htons((uint16_t)atoi(optarg)); break;
        case 's': options.first_source = read_address(optarg); break;
        case 'n': options.sources = (unsigned)atoi(optarg); break;
        case 'l': options.list = optarg; break;
        case 'm': options.mark = optarg; break;
        case 'f': options.first_mac = strtoull(optarg, NULL, 16); break;
        case 'k': options.keep_alive = true; break;
        case 'w': options.window = (unsigned)atoi(optarg); break;
        case 't': options.seconds = atof(optarg); break;
        case 'u': options.warm_up = atof(optarg); break;
        case 'r': options.rounds = strtoull(optarg, NULL, 10); break;
        case 'o': options.timeout = atof(optarg); break;
        case 'v': options.save = optarg; break;
        default: print_usage_and_exit();
        }
    }
    if (options.server.sin_port == 0 || options.list == NULL || options.mark == NULL || options.sources == 0 ||
        options.window == 0) {
        print_usage_and_exit();
    }
}

/* One path in a line, the first phone's first. */
static void read_list(void) {
    FILE *file = fopen(options.list, "r");
    if (file == NULL) {
        die(options.list);
    }
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &options.server.sin_addr, host, sizeof host);
    unsigned room = 0;
    char line[LONGEST_REQUEST / 2];
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (count == room) {
            room = room == 0 ? 1024 : 2 * room;
            phones = realloc(phones, room * sizeof *phones);
        }
        unsigned long long mac = options.first_mac + count;
        char request[LONGEST_REQUEST];
        int length = snprintf(request, sizeof request,
                              "GET %s HTTP/1.1\r\nHost: %s:%u\r\nAccept: */*\r\nConnection: %s\r\n"
                              "User-Agent: Yealink SIP-T46S 66.86.0.15 %02x:%02x:%02x:%02x:%02x:%02x\r\n\r\n",
                              line, host, ntohs(options.server.sin_port), options.keep_alive ? "keep-alive" : "close",
                              (unsigned)(mac >> 40) & 255, (unsigned)(mac >> 32) & 255, (unsigned)(mac >> 24) & 255,
                              (unsigned)(mac >> 16) & 255, (unsigned)(mac >> 8) & 255, (unsigned)mac & 255);
        if (length >= LONGEST_REQUEST) {
            fprintf(stderr, "%s: a path is too long\n", options.list);
            exit(2);
        }
        struct phone phone = {.fd = -1, .path = strdup(line), .request = strdup(request), .request_length = (size_t)length};
        phones[count++] = phone;
    }
    fclose(file);
    if (count == 0) {
        fprintf(stderr, "%s: no path in it\n", options.list);
        exit(2);
    }
    if (options.window > count) {
        options.window = count;
    }
}

static void hang_up(struct phone *phone) {
    if (phone->fd >= 0) {
        close(phone->fd);
        phone->fd = -1;
    }
    phone->answered = 0;
}

static void finish(struct phone *phone) {
    slots[phone->slot].is_used = false;
    free_slots[free_count++] = phone->slot;
    phone->state = IS_IDLE;
    in_flight--;
}

static void fail(struct phone *phone, uint64_t *counter) {
    (*counter)++;
    hang_up(phone);
    finish(phone);
}

static void send_request(struct phone *phone) {
    phone->state = IS_WAITING;
    if (send(phone->fd, phone->request, phone->request_length, MSG_NOSIGNAL) != (ssize_t)phone->request_length) {
        fail(phone, &figures.broken);
    }
}

static void open_connection(unsigned index) {
    struct phone *phone = &phones[index];
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = address_after(options.first_source, index % options.sources)};
    int yes = 1;
    phone->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (phone->fd < 0) {
        die("socket");
    }
    /* Many phones of one address must not use up its ports before they connect. */
    setsockopt(phone->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(phone->fd, (struct sockaddr *)&own, sizeof own) != 0) {
        die("bind");
    }
    phone->state = IS_CONNECTING;
    phone->answered = 0;
    figures.opened++;
    if (connect(phone->fd, (struct sockaddr *)&options.server, sizeof options.server) != 0 && errno != EINPROGRESS) {
        fail(phone, &figures.broken);
        return;
    }
    /* By edges: a connection is watched once, and each of its requests costs no call more. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u32 = index};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, phone->fd, &event);
}

static void ask(unsigned index) {
    struct phone *phone = &phones[index];
    unsigned slot = free_slots[--free_count];
    slots[slot].is_used = true;
    slots[slot].phone = index;
    slots[slot].length = 0;
    slots[slot].whole = 0;
    slots[slot].asked_at = now_ns();
    phone->slot = slot;
    in_flight++;
    figures.started++;
    if (phone->fd >= 0) {
        send_request(phone);
    } else {
        open_connection(index);
    }
}

/* Under its own path below --save, as a server of files wants it. */
static void save_file(const char *path, const char *body, size_t length) {
    char name[1024];
    int end = snprintf(name, sizeof name, "%s%s", options.save, path);
    if (end >= (int)sizeof name) {
        fprintf(stderr, "%s: too long\n", path);
        exit(1);
    }
    for (char *slash = strchr(name + strlen(options.save) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(name, 0755);
        *slash = '/';
    }
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, body, length) != (ssize_t)length || close(fd) != 0) {
        die(name);
    }
}

/* The whole reply is there. */
static void judge_reply(unsigned index) {
    struct phone *phone = &phones[index];
    struct slot *slot = &slots[phone->slot];
    uint64_t now = now_ns();
    const char *body = find_body(slot->reply);
    size_t length = slot->length - (size_t)(body - slot->reply);
    char mark[128];
    int mark_length = snprintf(mark, sizeof mark, "%s%06u", options.mark, index);
    phone->answered++;
    if (strncmp(slot->reply + 9, "200", 3) != 0) {
        figures.refused++;
    } else if (memmem(body, length, mark, (size_t)mark_length) == NULL) {
        figures.wrong++;
    } else {
        bool counts = options.rounds > 0 || (slot->asked_at >= measure_from && slot->asked_at < measure_until);
        figures.done++;
        figures.bytes += length;
        figures.done_in_time += options.rounds > 0 || (now >= measure_from && now < measure_until);
        if (counts) {
            add_sample(&figures.to_file, now - slot->asked_at);
        }
        if (options.save != NULL) {
            save_file(phone->path, body, length);
        }
    }
    finish(phone);
}

/* False: it is none that says how long it is. */
static bool read_head(struct slot *slot) {
    const char *body = find_body(slot->reply);
    if (body == NULL) {
        return slot->length < LARGEST_REPLY - 1;
    }
    struct part said = find_value(slot->reply, "Content-Length:");
    if (strncmp(slot->reply, "HTTP/1.1 ", 9) != 0 || said.start == NULL) {
        return false;
    }
    slot->whole = (size_t)(body - slot->reply) + strtoul(said.start, NULL, 10);
    return slot->whole < LARGEST_REPLY;
}

/* The server hung up, or there is an error. */
static void end_connection(unsigned index) {
    struct phone *phone = &phones[index];
    struct slot *slot = &slots[phone->slot];
    bool was_asked = phone->state == IS_WAITING;
    if (was_asked && slot->length == 0 && phone->answered > 0) {
        /* It closed a kept connection at the moment when the phone asked (RFC 9112 9.3.1): the phone asks again. */
        hang_up(phone);
        open_connection(index);
        return;
    }
    hang_up(phone);
    if (was_asked && slot->whole > 0 && slot->length == slot->whole) {
        judge_reply(index);
    } else if (phone->state != IS_IDLE) {
        fail(phone, &figures.broken);
    }
}

static void read_reply(unsigned index) {
    struct phone *phone = &phones[index];
    struct slot *slot = &slots[phone->slot];
    char nothing[16];
    for (;;) {
        bool is_idle = phone->state == IS_IDLE;
        ssize_t length = is_idle ? recv(phone->fd, nothing, sizeof nothing, 0)
                                 : recv(phone->fd, slot->reply + slot->length, LARGEST_REPLY - 1 - slot->length, 0);
        if (length < 0 && errno == EAGAIN) {
            return;
        }
        /* What comes unasked is no answer. */
        if (length <= 0 || is_idle) {
            end_connection(index);
            return;
        }
        slot->length += (size_t)length;
        slot->reply[slot->length] = '\0';
        if ((slot->whole == 0 && !read_head(slot)) || (slot->whole > 0 && slot->length > slot->whole)) {
            fail(phone, &figures.broken);
            return;
        }
        /* A connection for one file is over when the server has closed it: that is part of what it costs. */
        if (slot->whole > 0 && slot->length == slot->whole && options.keep_alive) {
            judge_reply(index);
            return;
        }
    }
}

static void handle_event(unsigned index, uint32_t events) {
    struct phone *phone = &phones[index];
    if (phone->fd < 0) {
        return;
    }
    if (phone->state == IS_CONNECTING) {
        if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
            fail(phone, &figures.broken);
        } else if ((events & EPOLLOUT) != 0) {
            send_request(phone);
        }
        return;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        read_reply(index);
    }
}

static void give_up_old(uint64_t now) {
    for (unsigned i = 0; i < options.window; i++) {
        if (slots[i].is_used && now - slots[i].asked_at > (uint64_t)(options.timeout * 1e9)) {
            fail(&phones[slots[i].phone], &figures.lost);
        }
    }
}

static void run_load(void) {
    struct epoll_event events[256];
    uint64_t next = 0;
    uint64_t next_check = started_at + TIMEOUT_CHECK_NS;
    uint64_t last = options.rounds > 0 ? options.rounds * count : UINT64_MAX;
    for (;;) {
        uint64_t now = now_ns();
        /* Warm: the time is over, and every phone has its connection. */
        if (measure_from == UINT64_MAX && (double)(now - started_at) >= options.warm_up * 1e9 &&
            (options.warm_up == 0 || next >= count)) {
            measure_from = now;
            measure_until = options.rounds > 0 ? UINT64_MAX : now + (uint64_t)(options.seconds * 1e9);
        }
        bool is_over = next >= last || now >= measure_until;
        if (is_over && in_flight == 0) {
            return;
        }
        while (!is_over && in_flight < options.window && next < last) {
            unsigned index = (unsigned)(next % count);
            /* Still waiting for its last one: the others are not held up. */
            if (phones[index].state != IS_IDLE) {
                if (options.rounds > 0) {
                    break;
                }
                next++;
                continue;
            }
            ask(index);
            next++;
        }
        if (now >= next_check) {
            give_up_old(now_ns());
            next_check = now + TIMEOUT_CHECK_NS;
        }
        struct timespec wait = {0, 10000000};
        int ready = epoll_pwait2(poll_fd, events, 256, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            handle_event(events[i].data.u32, events[i].events);
        }
    }
}

static void print_figures(uint64_t ended_at) {
    double seconds = options.rounds > 0 ? (double)(ended_at - started_at) / 1e9 : options.seconds;
    double running = (double)(ended_at - started_at) / 1e9;
    double cpu = cpu_seconds();
    printf("{\"phones\":%u,\"started\":%llu,\"done\":%llu,\"refused\":%llu,\"wrongFile\":%llu,\"broken\":%llu,\"lost\":%llu,"
           "\"connections\":%llu,\"fileBytes\":%llu,\"perSecond\":%.1f,\"seconds\":%.4f,\"cpuSeconds\":%.3f,\"ownShare\":%.3f,",
           count, (unsigned long long)figures.started, (unsigned long long)figures.done, (unsigned long long)figures.refused,
           (unsigned long long)figures.wrong, (unsigned long long)figures.broken, (unsigned long long)figures.lost,
           (unsigned long long)figures.opened, (unsigned long long)(figures.done > 0 ? figures.bytes / figures.done : 0),
           (double)figures.done_in_time / seconds, seconds, cpu, cpu / running);
    print_samples("toFileMs", &figures.to_file);
    printf("}\n");
}

int main(int argument_count, char **arguments) {
    read_options(argument_count, arguments);
    read_list();
    allow_open_files(count + 64);
    slots = calloc(options.window, sizeof *slots);
    free_slots = calloc(options.window, sizeof *free_slots);
    if (slots == NULL || free_slots == NULL) {
        die("calloc");
    }
    for (unsigned i = 0; i < options.window; i++) {
        slots[i].reply = malloc(LARGEST_REPLY);
        if (slots[i].reply == NULL) {
            die("malloc");
        }
        free_slots[free_count++] = i;
    }
    figures.to_file = new_samples((uint32_t)(options.timeout * 1e6) + 1);
    poll_fd = epoll_create1(0);
    started_at = now_ns();
    run_load();
    print_figures(now_ns());
    return 0;
}
