/*
 * A boot storm: phones that all start within --over-ms. Each one asks (SUBSCRIBE), takes its 200, takes and answers its NOTIFY,
 * fetches its own file from the URL in it and looks whether the file is its own. Prints one line of JSON.
 *
 * A phone repeats its SUBSCRIBE until it has its NOTIFY, as real ones do; `repeated` counts that. A phone is lost when it has no
 * whole file of its own after --give-up seconds.
 *
 * Each phone has two sockets, and a system lets a process open only so many files: more phones than that are shared among
 * processes, which count together in shared memory.
 *
 * Longer than 400 lines: a phone's boot is one story, told here in the order in which it happens.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples.h"
#include "sip.h"

/* Milliseconds after the first SUBSCRIBE at which a phone without NOTIFY repeats it: RFC 3261 timer E, as Grandstream does. */
static const unsigned REPEAT_AFTER_MS[] = {500, 1500, 3500, 7500};
#define REPEATS (sizeof REPEAT_AFTER_MS / sizeof REPEAT_AFTER_MS[0])

/* Besides those of phones. */
#define OTHER_FILES 64

/* Bytes; a phone's file has some kilobytes. */
#define LARGEST_FILE (256 * 1024)

/* Nanoseconds between two looks at who must repeat. */
#define REPEAT_CHECK_NS 20000000u

/* Datagrams sent between two looks at what came in. */
#define SENT_PER_TURN 32

struct phone {
    uint64_t mac;
    int sip_fd;
    int http_fd;
    struct sockaddr_in own;
    char address[INET_ADDRSTRLEN];
    uint64_t asked_at;
    uint64_t notified_at;
    bool was_answered;
    bool is_over;
    unsigned repeats;
    char path[256];
    struct sockaddr_in server;
    char *reply;
    size_t reply_length;
};

static struct {
    struct sockaddr_in target;
    struct in_addr first_address;
    unsigned addresses;
    unsigned count;
    uint64_t first_mac;
    double over_ms;
    double give_up_seconds;
    /* Followed by the phone's index: what only its own file holds. */
    const char *mark;
} options = {.count = 5000, .addresses = 5000, .first_mac = 0x805ec0000000, .over_ms = 1000, .give_up_seconds = 30};

/* Of all processes together. */
struct figures {
    _Atomic uint64_t configured;
    _Atomic uint64_t refused;
    _Atomic uint64_t wrong;
    _Atomic uint64_t broken;
    _Atomic uint64_t repeated;
    _Atomic uint64_t repeated_notifies;
    _Atomic uint64_t bytes;
    _Atomic uint64_t last_sent_at;
    _Atomic uint64_t last_file_at;
    /* Processes whose phones are all ready. */
    _Atomic unsigned ready;
    /* 0: the storm has not begun. */
    _Atomic uint64_t started_at;
    struct samples to_200;
    struct samples to_notify;
    struct samples to_file;
    struct samples fetching;
};

static struct figures *figures;

/* This process's phones: from `first` on, so many. */
static unsigned first;
static unsigned own_count;
static struct phone *phones;
static int poll_fd;
static unsigned run;

static struct phone *phone_of(unsigned index) {
    return &phones[index - first];
}

/* Other processes may have said a later time already. */
static void raise_to(_Atomic uint64_t *latest, uint64_t now) {
    uint64_t known = *latest;
    while (known < now && !atomic_compare_exchange_weak(latest, &known, now)) {
    }
}

static void read_options(int count, char **arguments) {
    static const struct option known[] = {
        {"target", required_argument, 0, 'd'},    {"port", required_argument, 0, 'p'},
        {"source", required_argument, 0, 's'},    {"sources", required_argument, 0, 'n'},
        {"count", required_argument, 0, 'c'},     {"first-mac", required_argument, 0, 'f'},
        {"over-ms", required_argument, 0, 'o'},   {"give-up", required_argument, 0, 'g'},
        {"mark", required_argument, 0, 'm'},      {0, 0, 0, 0},
    };
    options.target.sin_family = AF_INET;
    options.target.sin_addr = read_address("224.0.1.75");
    options.target.sin_port = htons(5060);
    options.first_address = read_address("127.0.0.1");
    int option;
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 'd': options.target.sin_addr = read_address(optarg); break;
        case 'p': options.target.sin_port = htons((uint16_t)atoi(optarg)); break;
        case 's': options.first_address = read_address(optarg); break;
        case 'n': options.addresses = (unsigned)atoi(optarg); break;
        case 'c': options.count = (unsigned)atoi(optarg); break;
        case 'f': options.first_mac = strtoull(optarg, NULL, 16); break;
        case 'o': options.over_ms = atof(optarg); break;
        case 'g': options.give_up_seconds = atof(optarg); break;
        case 'm': options.mark = optarg; break;
        default: exit(2);
        }
    }
    if (options.mark == NULL || options.count == 0 || options.addresses == 0) {
        fprintf(stderr, "phones --source A --sources N --count N --mark TEXT [--first-mac HEX] [--over-ms MS] [--give-up S]\n");
        exit(2);
    }
}

/* The low bit of what epoll hands back says which of a phone's sockets it is. */
static void watch(int fd, unsigned index, bool is_http, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.u64 = ((uint64_t)index << 1) | (is_http ? 1 : 0)};
    epoll_ctl(poll_fd, operation, fd, &event);
}

static void open_phone(unsigned index) {
    struct phone *phone = phone_of(index);
    phone->mac = options.first_mac + index;
    phone->http_fd = -1;
    phone->own.sin_family = AF_INET;
    phone->own.sin_addr = address_after(options.first_address, index % options.addresses);
    phone->sip_fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (phone->sip_fd < 0) {
        die("socket");
    }
    setsockopt(phone->sip_fd, IPPROTO_IP, IP_MULTICAST_IF, &phone->own.sin_addr, sizeof phone->own.sin_addr);
    if (bind(phone->sip_fd, (struct sockaddr *)&phone->own, sizeof phone->own) != 0) {
        die("bind");
    }
    socklen_t length = sizeof phone->own;
    getsockname(phone->sip_fd, (struct sockaddr *)&phone->own, &length);
    inet_ntop(AF_INET, &phone->own.sin_addr, phone->address, sizeof phone->address);
    watch(phone->sip_fd, index, false, EPOLLIN, EPOLL_CTL_ADD);
}

/* False: the system takes no more now. */
static bool ask(unsigned index) {
    struct phone *phone = phone_of(index);
    char message[DATAGRAM_ROOM];
    struct asking_phone asking = {
        .mac = phone->mac,
        .port = ntohs(phone->own.sin_port),
        .run = run,
        .boot = index,
    };
    memcpy(asking.address, phone->address, sizeof asking.address);
    int length = write_subscribe(message, sizeof message, &asking);
    uint64_t now = now_ns();
    if (sendto(phone->sip_fd, message, (size_t)length, 0, (struct sockaddr *)&options.target, sizeof options.target) < 0) {
        return false;
    }
    if (phone->asked_at == 0) {
        phone->asked_at = now;
        raise_to(&figures->last_sent_at, now);
    }
    return true;
}

static void hang_up(struct phone *phone) {
    close(phone->http_fd);
    phone->http_fd = -1;
    free(phone->reply);
    phone->reply = NULL;
    phone->is_over = true;
}

/* The URL's host and path; a folder gets the name of the phone's own file. False: not a URL of this kind. */
static bool read_url(struct phone *phone, const char *url) {
    char host[64];
    char path[200] = "";
    unsigned port = 80;
    if (sscanf(url, "http://%63[0-9.]:%u%199s", host, &port, path) < 2) {
        return false;
    }
    size_t length = strlen(path);
    const char *name_format = length > 0 && path[length - 1] == '/' ? "%s%012llx.cfg" : "%s";
    snprintf(phone->path, sizeof phone->path, name_format, path, (unsigned long long)phone->mac);
    phone->server.sin_family = AF_INET;
    phone->server.sin_port = htons((uint16_t)port);
    phone->server.sin_addr = read_address(host);
    return true;
}

static void start_fetch(unsigned index) {
    struct phone *phone = phone_of(index);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = phone->own.sin_addr};
    int yes = 1;
    phone->http_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (phone->http_fd < 0) {
        die("socket");
    }
    /* Many phones of one address must not use up its ports before they connect. */
    setsockopt(phone->http_fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (bind(phone->http_fd, (struct sockaddr *)&own, sizeof own) != 0) {
        die("bind");
    }
    phone->reply = malloc(LARGEST_FILE);
    phone->reply_length = 0;
    if (connect(phone->http_fd, (struct sockaddr *)&phone->server, sizeof phone->server) != 0 && errno != EINPROGRESS) {
        figures->broken++;
        hang_up(phone);
        return;
    }
    watch(phone->http_fd, index, true, EPOLLOUT, EPOLL_CTL_ADD);
}

static void send_request(unsigned index) {
    struct phone *phone = phone_of(index);
    char request[1024];
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &phone->server.sin_addr, address, sizeof address);
    unsigned long long mac = phone->mac;
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: %s:%u\r\nAccept: */*\r\nConnection: close\r\n"
                          "User-Agent: Yealink SIP-T46S 66.86.0.15 %02x:%02x:%02x:%02x:%02x:%02x\r\n\r\n",
                          phone->path, address, ntohs(phone->server.sin_port), (unsigned)(mac >> 40) & 255,
                          (unsigned)(mac >> 32) & 255, (unsigned)(mac >> 24) & 255, (unsigned)(mac >> 16) & 255,
                          (unsigned)(mac >> 8) & 255, (unsigned)mac & 255);
    if (send(phone->http_fd, request, (size_t)length, MSG_NOSIGNAL) != length) {
        figures->broken++;
        hang_up(phone);
        return;
    }
    watch(phone->http_fd, index, true, EPOLLIN, EPOLL_CTL_MOD);
}

/* The server has closed: what came must be the whole of this phone's file, and no other phone's. */
static void judge_reply(unsigned index) {
    struct phone *phone = phone_of(index);
    uint64_t now = now_ns();
    phone->reply[phone->reply_length] = '\0';
    const char *body = find_body(phone->reply);
    struct part said = find_value(phone->reply, "Content-Length:");
    char mark[128];
    snprintf(mark, sizeof mark, "%s%06u", options.mark, index);
    if (strncmp(phone->reply, "HTTP/1.1 ", 9) != 0 || body == NULL || said.start == NULL) {
        figures->broken++;
    } else if (strncmp(phone->reply + 9, "200", 3) != 0) {
        figures->refused++;
    } else if (strtoul(said.start, NULL, 10) != phone->reply_length - (size_t)(body - phone->reply)) {
        figures->broken++;
    } else if (strstr(body, mark) == NULL) {
        figures->wrong++;
    } else {
        figures->configured++;
        figures->bytes += phone->reply_length - (size_t)(body - phone->reply);
        raise_to(&figures->last_file_at, now);
        add_sample(&figures->to_file, now - phone->asked_at);
        add_sample(&figures->fetching, now - phone->notified_at);
    }
    hang_up(phone);
}

static void read_reply(unsigned index) {
    struct phone *phone = phone_of(index);
    for (;;) {
        size_t room = LARGEST_FILE - 1 - phone->reply_length;
        ssize_t length = recv(phone->http_fd, phone->reply + phone->reply_length, room, 0);
        if (length > 0) {
            phone->reply_length += (size_t)length;
            continue;
        }
        if (length < 0 && errno == EAGAIN) {
            return;
        }
        judge_reply(index);
        return;
    }
}

static void take_message(unsigned index, const char *message, const struct sockaddr_in *peer) {
    struct phone *phone = phone_of(index);
    uint64_t now = now_ns();
    if (read_boot(message, run) != (int64_t)index) {
        return;
    }
    if (strncmp(message, "SIP/2.0 200", 11) == 0) {
        if (!phone->was_answered) {
            phone->was_answered = true;
            add_sample(&figures->to_200, now - phone->asked_at);
        }
        return;
    }
    if (strncmp(message, "NOTIFY ", 7) != 0) {
        return;
    }
    char ok[DATAGRAM_ROOM];
    int length = write_ok(ok, sizeof ok, message);
    sendto(phone->sip_fd, ok, (size_t)length, 0, (const struct sockaddr *)peer, sizeof *peer);
    if (phone->notified_at != 0) {
        figures->repeated_notifies++;
        return;
    }
    const char *url = find_body(message);
    if (url == NULL || !read_url(phone, url)) {
        figures->broken++;
        return;
    }
    phone->notified_at = now;
    add_sample(&figures->to_notify, now - phone->asked_at);
    start_fetch(index);
}

static void read_sip(unsigned index) {
    char message[DATAGRAM_ROOM];
    for (;;) {
        struct sockaddr_in peer;
        socklen_t peer_length = sizeof peer;
        ssize_t length =
            recvfrom(phone_of(index)->sip_fd, message, sizeof message - 1, 0, (struct sockaddr *)&peer, &peer_length);
        if (length < 0) {
            return;
        }
        message[length] = '\0';
        take_message(index, message, &peer);
    }
}

static void repeat_where_due(unsigned asked) {
    uint64_t now = now_ns();
    for (unsigned i = first; i < first + asked; i++) {
        struct phone *phone = phone_of(i);
        if (phone->notified_at != 0 || phone->repeats >= REPEATS) {
            continue;
        }
        if (now - phone->asked_at >= REPEAT_AFTER_MS[phone->repeats] * 1000000ull && ask(i)) {
            phone->repeats++;
            figures->repeated++;
        }
    }
}

static void handle_event(uint64_t which, uint32_t events) {
    unsigned index = (unsigned)(which >> 1);
    bool is_http = (which & 1) != 0;
    if (!is_http) {
        read_sip(index);
        return;
    }
    if (phone_of(index)->http_fd < 0) {
        return;
    }
    if ((events & EPOLLOUT) != 0 && (events & (EPOLLERR | EPOLLHUP)) == 0) {
        send_request(index);
    } else {
        read_reply(index);
    }
}

static void run_storm(void) {
    uint64_t started_at = figures->started_at;
    struct epoll_event events[256];
    unsigned asked = 0;
    uint64_t next_check = started_at + REPEAT_CHECK_NS;
    uint64_t end = started_at + (uint64_t)((options.over_ms / 1000 + options.give_up_seconds) * 1e9);
    for (;;) {
        uint64_t now = now_ns();
        uint64_t settled = figures->configured + figures->refused + figures->wrong + figures->broken;
        if (now >= end || settled >= options.count) {
            return;
        }
        double passed_ms = (double)(now - started_at) / 1e6;
        double share = options.over_ms > 0 ? passed_ms / options.over_ms : 1;
        unsigned due = share >= 1 ? own_count : (unsigned)(share * own_count);
        for (unsigned i = 0; i < SENT_PER_TURN && asked < due; i++) {
            if (!ask(first + asked)) {
                break;
            }
            asked++;
        }
        if (now >= next_check) {
            repeat_where_due(asked);
            next_check = now + REPEAT_CHECK_NS;
        }
        struct timespec wait = {0, asked < due ? 0 : 200000};
        int ready = epoll_pwait2(poll_fd, events, 256, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            handle_event(events[i].data.u64, events[i].events);
        }
    }
}

static void print_figures(void) {
    printf("{\"phones\":%u,\"configured\":%llu,\"lost\":%llu,\"refused\":%llu,\"wrongFile\":%llu,\"broken\":%llu,"
           "\"repeatedSubscribes\":%llu,\"repeatedNotifies\":%llu,\"fileBytes\":%llu,\"askingSeconds\":%.3f,"
           "\"allDoneSeconds\":%.3f,\"phonesCpuSeconds\":%.3f,",
           options.count, (unsigned long long)figures->configured, (unsigned long long)(options.count - figures->configured),
           (unsigned long long)figures->refused, (unsigned long long)figures->wrong, (unsigned long long)figures->broken,
           (unsigned long long)figures->repeated, (unsigned long long)figures->repeated_notifies,
           (unsigned long long)(figures->configured > 0 ? figures->bytes / figures->configured : 0),
           (double)(figures->last_sent_at - figures->started_at) / 1e9,
           (double)(figures->last_file_at - figures->started_at) / 1e9, children_cpu_seconds());
    print_samples("to200Ms", &figures->to_200);
    printf(",");
    print_samples("toNotifyMs", &figures->to_notify);
    printf(",");
    print_samples("toFileMs", &figures->to_file);
    printf(",");
    print_samples("fetchingMs", &figures->fetching);
    printf("}\n");
}

/* A process: opens its phones, waits for the others, and takes part. */
static void take_part(unsigned from, unsigned count) {
    first = from;
    own_count = count;
    phones = calloc(count, sizeof *phones);
    if (phones == NULL) {
        die("calloc");
    }
    poll_fd = epoll_create1(0);
    for (unsigned i = from; i < from + count; i++) {
        open_phone(i);
    }
    figures->ready++;
    while (figures->started_at == 0) {
        usleep(100);
    }
    run_storm();
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    unsigned files = allow_open_files(2 * options.count + OTHER_FILES);
    unsigned largest = (files - OTHER_FILES) / 2;
    unsigned processes = (options.count + largest - 1) / largest;
    figures = share_memory(sizeof *figures);
    uint32_t longest_us = (uint32_t)(options.give_up_seconds * 1e6) + 1;
    figures->to_200 = new_samples(longest_us);
    figures->to_notify = new_samples(longest_us);
    figures->to_file = new_samples(longest_us);
    figures->fetching = new_samples(longest_us);
    run = (unsigned)(now_ns() / 1000) & 0xffffff;
    for (unsigned i = 0; i < processes; i++) {
        unsigned from = (unsigned)((uint64_t)options.count * i / processes);
        unsigned past = (unsigned)((uint64_t)options.count * (i + 1) / processes);
        pid_t child = fork();
        if (child < 0) {
            die("fork");
        }
        if (child == 0) {
            /* Nor does it outlive who started it. */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            take_part(from, past - from);
            exit(0);
        }
    }
    bool has_failed = false;
    while (figures->ready < processes && !has_failed) {
        usleep(1000);
        has_failed = waitpid(-1, NULL, WNOHANG) > 0;
    }
    figures->started_at = now_ns();
    figures->last_file_at = figures->started_at;
    int status;
    while (wait(&status) > 0) {
        has_failed = has_failed || status != 0;
    }
    if (has_failed) {
        return 1;
    }
    print_figures();
    return 0;
}
