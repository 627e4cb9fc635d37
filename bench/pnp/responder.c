/*
 * The least that can answer: 200 and NOTIFY to every SUBSCRIBE, from one thread, without looking at who asks. It is no peer;
 * it shows how far the load generator and the kernel go on this machine.
 *
 *   responder <own address> <port>      joins 224.0.1.75 on the interface of that address
 */
#define _GNU_SOURCE
#include "sip.h"

static char own_address[INET_ADDRSTRLEN];
static int own_port;
/* Makes tag and branch unique. */
static unsigned long served;

static int open_group_socket(struct in_addr interface, int port) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int yes = 1;
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    group.sin_addr = read_address("224.0.1.75");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ask_generous_buffers(fd);
    if (bind(fd, (struct sockaddr *)&group, sizeof group) != 0) {
        die("bind to the group");
    }
    struct ip_mreq membership = {.imr_multiaddr = group.sin_addr, .imr_interface = interface};
    if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) {
        die("join the group");
    }
    return fd;
}

static int open_unicast_socket(struct in_addr address) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = address};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) {
        die("bind to the own address");
    }
    socklen_t length = sizeof own;
    getsockname(fd, (struct sockaddr *)&own, &length);
    own_port = ntohs(own.sin_port);
    return fd;
}

static void answer(int fd, const char *subscribe, const struct sockaddr_in *phone) {
    struct part via = find_value(subscribe, "Via:");
    struct part from = find_value(subscribe, "From:");
    struct part to = find_value(subscribe, "To:");
    struct part call_id = find_value(subscribe, "Call-ID:");
    struct part cseq = find_value(subscribe, "CSeq:");
    struct part contact = find_value(subscribe, "Contact:");
    if (via.start == NULL || from.start == NULL || to.start == NULL || call_id.start == NULL || cseq.start == NULL ||
        contact.length < 2) {
        return;
    }
    served++;
    char message[DATAGRAM_ROOM];
    int length = snprintf(message, sizeof message,
                          "SIP/2.0 200 OK\r\nVia: %.*s\r\nFrom: %.*s\r\nTo: %.*s;tag=c%lu\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\n"
                          "Contact: <sip:%s:%d>\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n",
                          (int)via.length, via.start, (int)from.length, from.start, (int)to.length, to.start, served,
                          (int)call_id.length, call_id.start, (int)cseq.length, cseq.start, own_address, own_port);
    sendto(fd, message, (size_t)length, 0, (const struct sockaddr *)phone, sizeof *phone);

    char url[64];
    int url_length = snprintf(url, sizeof url, "http://%s:8060/p/x/", own_address);
    /* The Contact of our phones is <sip:…>, without parameters. */
    length = snprintf(message, sizeof message,
                      "NOTIFY %.*s SIP/2.0\r\nVia: SIP/2.0/UDP %s:%d;branch=z9hG4bKc%lu;rport\r\nMax-Forwards: 70\r\n"
                      "From: %.*s;tag=c%lu\r\nTo: %.*s\r\nCall-ID: %.*s\r\nCSeq: 1 NOTIFY\r\nContact: <sip:%s:%d>\r\n"
                      "Event: ua-profile\r\nSubscription-State: terminated;reason=timeout\r\n"
                      "Content-Type: application/url\r\nContent-Length: %d\r\n\r\n%s",
                      (int)contact.length - 2, contact.start + 1, own_address, own_port, served, (int)to.length, to.start,
                      served, (int)from.length, from.start, (int)call_id.length, call_id.start, own_address, own_port,
                      url_length, url);
    sendto(fd, message, (size_t)length, 0, (const struct sockaddr *)phone, sizeof *phone);
}

/* The phones' 200s come to the unicast socket; they must be read, or they cost less here than elsewhere. */
static void drop_acknowledgements(int fd) {
    char message[DATAGRAM_ROOM];
    while (recv(fd, message, sizeof message, MSG_DONTWAIT) >= 0) {
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "responder <own address> <port>\n");
        return 2;
    }
    struct in_addr address = read_address(arguments[1]);
    inet_ntop(AF_INET, &address, own_address, sizeof own_address);
    int group = open_group_socket(address, atoi(arguments[2]));
    int unicast = open_unicast_socket(address);
    for (;;) {
        char message[DATAGRAM_ROOM];
        struct sockaddr_in phone;
        socklen_t phone_length = sizeof phone;
        ssize_t length = recvfrom(group, message, sizeof message - 1, 0, (struct sockaddr *)&phone, &phone_length);
        if (length < 0) {
            continue;
        }
        message[length] = '\0';
        if (strncmp(message, "SUBSCRIBE ", 10) == 0) {
            answer(unicast, message, &phone);
        }
        drop_acknowledgements(unicast);
    }
}
