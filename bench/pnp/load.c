/*
 * Phones that ask: SUBSCRIBE (ua-profile) to the PnP group; an exchange is done when its 200 and its NOTIFY have come. Each
 * NOTIFY is answered with 200. Prints one line of JSON.
 *
 *   load --window 64 --seconds 5 …    closed loop: so many exchanges under way at any time; finds the ceiling
 *   load --rate 5000 --seconds 5 …    open loop: so many per second, whatever the peer does; finds the latency
 *   load --burst 5000 …               so many as fast as they can be sent; finds the loss
 *
 * No SUBSCRIBE is repeated: what is lost shows. Every SUBSCRIBE is a new boot (fresh Call-ID and branch) of the next of
 * --macs phones; a phone always asks from the same one of --sources addresses.
 *
 * A line longer than 400: three kinds of load share one exchange.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <sys/epoll.h>

#include "samples.h"
#include "sip.h"

/* Exchanges that can be waited for at a time; a power of two. 250,000 per second for a timeout of 4 s. */
#define SLOTS (1u << 20)

/* SUBSCRIBEs sent between two looks at what came in. */
#define SENT_PER_TURN 32

/* Datagrams read from one socket before the next one has its turn. */
#define READ_PER_TURN 64

enum { CAME_200 = 1, CAME_NOTIFY = 2, IS_DONE = CAME_200 | CAME_NOTIFY, TIMED_OUT = 4 };

struct exchange {
    uint64_t boot;
    uint64_t sent_at;
    uint8_t came;
};

struct source {
    int fd;
    char address[INET_ADDRSTRLEN];
    unsigned port;
};

struct options {
    struct sockaddr_in target;
    struct in_addr first_source;
    unsigned sources;
    uint64_t first_mac;
    uint64_t macs;
    /* One of these three is not 0. */
    unsigned window;
    double rate;
    uint64_t burst;
    double seconds;
    /* Seconds of the same load before it counts. */
    double warm_up;
    /* Seconds after which an exchange is lost. */
    double timeout;
};

struct figures {
    uint64_t sent;
    uint64_t answered;
    uint64_t notified;
    uint64_t done;
    uint64_t repeated_notifies;
    uint64_t repeated_answers;
    uint64_t malformed;
    uint64_t refused_by_system;
    /* Done within the measured time, whenever they were sent. */
    uint64_t done_in_time;
    uint64_t last_sent_at;
    uint64_t last_done_at;
    struct samples to_200;
    struct samples to_done;
};

static struct options options;
static struct figures figures;
static struct source *sources;
static struct exchange *exchanges;
static unsigned run;
/* Boots started since the program's start: the next one's number. */
static uint64_t next_boot;
/* The oldest boot that may still be under way. */
static uint64_t oldest_boot;
static uint64_t in_flight;
static uint64_t started_at;
static uint64_t measure_from;
static uint64_t measure_until;

static uint64_t seconds_to_ns(double seconds) {
    return (uint64_t)(seconds * 1e9);
}

static void print_usage_and_exit(void) {
    fprintf(stderr, "load --source A [--sources N] [--target 224.0.1.75] [--port 5060] [--first-mac HEX] [--macs N]\n"
                    "     (--window N | --rate N | --burst N) [--seconds S] [--warm-up S] [--timeout S]\n");
    exit(2);
}

static void read_options(int count, char **arguments) {
    static const struct option known[] = {
        {"source", required_argument, 0, 's'},  {"sources", required_argument, 0, 'n'},
        {"target", required_argument, 0, 'd'},  {"port", required_argument, 0, 'p'},
        {"first-mac", required_argument, 0, 'f'}, {"macs", required_argument, 0, 'm'},
        {"window", required_argument, 0, 'w'},  {"rate", required_argument, 0, 'r'},
        {"burst", required_argument, 0, 'b'},   {"seconds", required_argument, 0, 't'},
        {"warm-up", required_argument, 0, 'u'}, {"timeout", required_argument, 0, 'o'},
        {0, 0, 0, 0},
    };
    options.target.sin_family = AF_INET;
    options.target.sin_addr = read_address("224.0.1.75");
    options.target.sin_port = htons(5060);
    options.first_source = read_address("127.0.0.1");
    options.sources = 1;
    options.first_mac = 0x805ec0000000;
    options.macs = 1;
    options.seconds = 5;
    options.timeout = 2;
    int option;
    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1) {
        switch (option) {
        case 's': options.first_source = read_address(optarg); break;
        case 'n': options.sources = (unsigned)atoi(optarg); break;
        case 'd': options.target.sin_addr = read_address(optarg); break;
        case 'p': options.target.sin_port = htons((uint16_t)atoi(optarg)); break;
        case 'f': options.first_mac = strtoull(optarg, NULL, 16); break;
        case 'm': options.macs = strtoull(optarg, NULL, 10); break;
        case 'w': options.window = (unsigned)atoi(optarg); break;
        case 'r': options.rate = atof(optarg); break;
        case 'b': options.burst = strtoull(optarg, NULL, 10); break;
        case 't': options.seconds = atof(optarg); break;
        case 'u': options.warm_up = atof(optarg); break;
        case 'o': options.timeout = atof(optarg); break;
        default: print_usage_and_exit();
        }
    }
    int modes = (options.window > 0) + (options.rate > 0) + (options.burst > 0);
    if (modes != 1 || options.sources == 0 || options.macs == 0 || options.burst > SLOTS || options.window > SLOTS) {
        print_usage_and_exit();
    }
    /* Else a phone would change its address from one boot to the next. */
    if (options.macs % options.sources != 0) {
        fprintf(stderr, "saw %llu MACs from %u sources, wanted a multiple\n", (unsigned long long)options.macs,
                options.sources);
        exit(2);
    }
}

static int open_sources(void) {
    allow_open_files(options.sources + 64);
    int poll = epoll_create1(0);
    sources = calloc(options.sources, sizeof *sources);
    for (unsigned i = 0; i < options.sources; i++) {
        struct source *source = &sources[i];
        source->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        if (source->fd < 0) {
            die("socket");
        }
        struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = address_after(options.first_source, i)};
        ask_generous_buffers(source->fd);
        setsockopt(source->fd, IPPROTO_IP, IP_MULTICAST_IF, &own.sin_addr, sizeof own.sin_addr);
        if (bind(source->fd, (struct sockaddr *)&own, sizeof own) != 0) {
            die("bind");
        }
        socklen_t length = sizeof own;
        getsockname(source->fd, (struct sockaddr *)&own, &length);
        inet_ntop(AF_INET, &own.sin_addr, source->address, sizeof source->address);
        source->port = ntohs(own.sin_port);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        epoll_ctl(poll, EPOLL_CTL_ADD, source->fd, &event);
    }
    return poll;
}

static bool is_measured(uint64_t sent_at) {
    return sent_at >= measure_from && sent_at < measure_until;
}

/* False: the system takes no more now. */
static bool start_exchange(void) {
    char message[DATAGRAM_ROOM];
    uint64_t phone_index = next_boot % options.macs;
    struct source *source = &sources[phone_index % options.sources];
    struct asking_phone phone = {
        .mac = options.first_mac + phone_index,
        .port = source->port,
        .run = run,
        .boot = next_boot,
    };
    memcpy(phone.address, source->address, sizeof phone.address);
    int length = write_subscribe(message, sizeof message, &phone);
    struct exchange *exchange = &exchanges[next_boot % SLOTS];
    exchange->boot = next_boot;
    exchange->came = 0;
    exchange->sent_at = now_ns();
    ssize_t sent = sendto(source->fd, message, (size_t)length, 0, (struct sockaddr *)&options.target, sizeof options.target);
    if (sent < 0) {
        figures.refused_by_system++;
        return false;
    }
    next_boot++;
    in_flight++;
    figures.last_sent_at = exchange->sent_at;
    figures.sent += is_measured(exchange->sent_at);
    return true;
}

/* How many exchanges should start now. */
static uint64_t count_due(uint64_t now) {
    uint64_t due = 0;
    if (options.burst > 0) {
        due = options.burst - next_boot;
    } else if (now >= measure_until) {
        due = 0;
    } else if (options.rate > 0) {
        uint64_t wanted = (uint64_t)((double)(now - started_at) * options.rate / 1e9);
        due = wanted > next_boot ? wanted - next_boot : 0;
    } else {
        due = options.window > in_flight ? options.window - in_flight : 0;
    }
    if (next_boot - oldest_boot + SENT_PER_TURN >= SLOTS) {
        return 0;
    }
    return due < SENT_PER_TURN ? due : SENT_PER_TURN;
}

static void answer_notify(const struct source *source, const char *notify, const struct sockaddr_in *peer) {
    char message[DATAGRAM_ROOM];
    int length = write_ok(message, sizeof message, notify);
    sendto(source->fd, message, (size_t)length, 0, (const struct sockaddr *)peer, sizeof *peer);
}

/* The NOTIFY that a phone can use: it says what it brings, and brings it. */
static bool brings_url(const char *notify) {
    struct part type = find_value(notify, "Content-Type:");
    const char *body = find_body(notify);
    return type.start != NULL && strncasecmp(type.start, "application/url", 15) == 0 && body != NULL &&
           strncmp(body, "http", 4) == 0;
}

static void take_message(const struct source *source, const char *message, const struct sockaddr_in *peer, uint64_t now) {
    bool is_notify = strncmp(message, "NOTIFY ", 7) == 0;
    int64_t boot = read_boot(message, run);
    if (boot < 0 || (uint64_t)boot >= next_boot || (!is_notify && strncmp(message, "SIP/2.0 200", 11) != 0)) {
        figures.malformed++;
        return;
    }
    if (is_notify) {
        answer_notify(source, message, peer);
        if (!brings_url(message)) {
            figures.malformed++;
            return;
        }
    }
    struct exchange *exchange = &exchanges[(uint64_t)boot % SLOTS];
    if (exchange->boot != (uint64_t)boot) {
        return;
    }
    bool counts = is_measured(exchange->sent_at);
    uint8_t what = is_notify ? CAME_NOTIFY : CAME_200;
    if ((exchange->came & what) != 0) {
        figures.repeated_notifies += is_notify;
        figures.repeated_answers += !is_notify;
        return;
    }
    exchange->came |= what;
    if ((exchange->came & TIMED_OUT) != 0) {
        return;
    }
    if (is_notify) {
        figures.notified += counts;
    } else {
        figures.answered += counts;
        if (counts) {
            add_sample(&figures.to_200, now - exchange->sent_at);
        }
    }
    if ((exchange->came & IS_DONE) != IS_DONE) {
        return;
    }
    in_flight--;
    figures.last_done_at = now;
    figures.done_in_time += now >= measure_from && now < measure_until;
    if (counts) {
        figures.done++;
        add_sample(&figures.to_done, now - exchange->sent_at);
    }
}

static void read_source(const struct source *source) {
    char message[DATAGRAM_ROOM];
    for (int i = 0; i < READ_PER_TURN; i++) {
        struct sockaddr_in peer;
        socklen_t peer_length = sizeof peer;
        ssize_t length = recvfrom(source->fd, message, sizeof message - 1, 0, (struct sockaddr *)&peer, &peer_length);
        if (length < 0) {
            return;
        }
        message[length] = '\0';
        take_message(source, message, &peer, now_ns());
    }
}

static void give_up_old(uint64_t now) {
    while (oldest_boot < next_boot) {
        struct exchange *exchange = &exchanges[oldest_boot % SLOTS];
        bool is_done = (exchange->came & IS_DONE) == IS_DONE;
        if (!is_done && now - exchange->sent_at < seconds_to_ns(options.timeout)) {
            return;
        }
        if (!is_done) {
            exchange->came |= TIMED_OUT;
            in_flight--;
        }
        oldest_boot++;
    }
}

/* How long to wait for datagrams when nothing is due: never spinning in an open loop, the peer may need this core. */
static struct timespec choose_wait(uint64_t now, uint64_t due) {
    struct timespec wait = {0, 0};
    const long longest_ns = 1000000;
    if (due > 0) {
        return wait;
    }
    wait.tv_nsec = longest_ns;
    if (options.rate > 0 && now < measure_until) {
        double next_ns = (double)(next_boot + 1) / options.rate * 1e9 - (double)(now - started_at);
        if (next_ns < (double)longest_ns) {
            wait.tv_nsec = next_ns > 0 ? (long)next_ns : 0;
        }
    }
    return wait;
}

static void run_load(int poll) {
    struct epoll_event events[64];
    for (;;) {
        uint64_t now = now_ns();
        bool is_over = options.burst > 0 ? next_boot >= options.burst : now >= measure_until;
        if (is_over && oldest_boot == next_boot) {
            return;
        }
        uint64_t due = count_due(now);
        for (uint64_t i = 0; i < due; i++) {
            if (!start_exchange()) {
                break;
            }
        }
        now = now_ns();
        struct timespec wait = choose_wait(now, count_due(now));
        int ready = epoll_pwait2(poll, events, 64, &wait, NULL);
        for (int i = 0; i < ready; i++) {
            read_source(&sources[events[i].data.u32]);
        }
        give_up_old(now_ns());
    }
}

static void print_figures(void) {
    bool is_burst = options.burst > 0;
    uint64_t from = is_burst ? started_at : measure_from;
    double seconds = is_burst ? (double)(figures.last_done_at - from) / 1e9 : options.seconds;
    uint64_t done = is_burst ? figures.done : figures.done_in_time;
    printf("{\"started\":%llu,\"sent\":%llu,\"answered\":%llu,\"notified\":%llu,\"done\":%llu,\"lost\":%llu,"
           "\"repeatedNotifies\":%llu,\"repeatedAnswers\":%llu,\"malformed\":%llu,\"refusedBySystem\":%llu,"
           "\"perSecond\":%.0f,\"seconds\":%.4f,\"sendingSeconds\":%.4f,\"cpuSeconds\":%.3f,",
           (unsigned long long)next_boot, (unsigned long long)figures.sent, (unsigned long long)figures.answered,
           (unsigned long long)figures.notified,
           (unsigned long long)figures.done, (unsigned long long)(figures.sent - figures.done),
           (unsigned long long)figures.repeated_notifies, (unsigned long long)figures.repeated_answers,
           (unsigned long long)figures.malformed, (unsigned long long)figures.refused_by_system,
           seconds > 0 ? (double)done / seconds : 0, seconds, (double)(figures.last_sent_at - from) / 1e9,
           cpu_seconds());
    print_samples("to200Ms", &figures.to_200);
    printf(",");
    print_samples("toNotifyMs", &figures.to_done);
    printf("}\n");
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    exchanges = calloc(SLOTS, sizeof *exchanges);
    if (exchanges == NULL) {
        die("calloc");
    }
    uint32_t longest_us = (uint32_t)(options.timeout * 1e6) + 1;
    figures.to_200 = new_samples(longest_us);
    figures.to_done = new_samples(longest_us);
    int poll = open_sources();
    started_at = now_ns();
    run = (unsigned)(started_at / 1000) & 0xffffff;
    measure_from = started_at + seconds_to_ns(options.warm_up);
    measure_until = options.burst > 0 ? UINT64_MAX : measure_from + seconds_to_ns(options.seconds);
    figures.last_done_at = started_at;
    run_load(poll);
    print_figures();
    return 0;
}
