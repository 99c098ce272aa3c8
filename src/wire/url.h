/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The one kind of URL that is needed: http or https, a host, a port, a path.
 * Anything that leaves room for doubt about where a connection goes (user
 * information, blanks, control characters, a fragment, a query) is refused. */
#ifndef IR_WIRE_URL_H
#define IR_WIRE_URL_H

#include <stdint.h>

#include "wire/error.h"

struct ir_url {
    int tls;
    int is_ip;       /* 'host' is an IPv4 or IPv6 address, without brackets */
    int is_loopback; /* 127.0.0.0/8, ::1, localhost */
    uint16_t port;
    char host[254];  /* lower case */
    char path[1024]; /* begins with '/' */
};

/* Parse 'text', or say in 'e' (IR_E_ARGUMENT) what is wrong with it. */
enum ir_status ir_url_parse(const char *text, struct ir_url *url,
    struct ir_error *e);

/* The same for a proxy: http://host:port, or host:port alone. */
enum ir_status ir_url_parse_proxy(const char *text, struct ir_url *url,
    struct ir_error *e);

/* Which proxy the environment asks for, by HTTPS_PROXY or HTTP_PROXY, ALL_PROXY
 * and NO_PROXY, in lower case first: 1 and '*proxy' set, 0 none, -1 malformed
 * ('e'). */
int ir_url_proxy_from_environment(const struct ir_url *target,
    struct ir_url *proxy, struct ir_error *e);

#endif
