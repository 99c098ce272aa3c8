/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Certificates made for one test run, and TLS servers that show them. */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include <openssl/ssl.h>

#include "loopback.h"

/* Zeros make a server's certificate that is valid today, with an EC key. */
struct certificate {
    const char *cn;
    const char *names; /* "DNS:files.example.com,IP:127.0.0.1"; NULL: none */
    const char *usage; /* NULL: serverAuth */
    int first_day;     /* from today on */
    int last_day;      /* 0: tomorrow */
    int rsa_bits;
    int sha1;
    int is_authority;
};

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

/* Issued by 'issuer'; NULL: by itself. */
void identity_make(struct identity *id, const struct certificate *c,
    const struct identity *issuer);
void identity_clear(struct identity *id);

/* Write the parts asked for into the file 'name'; the key is encrypted unless
 * 'passphrase' is NULL. */
enum identity_part { CERTIFICATE = 1, KEY = 2 };
void identity_save(const struct identity *id, const char *name, int parts,
    const char *passphrase);

/* Group set-up: the program works in an empty directory of its own; and
 * tear-down. */
int directory_begin(void **state);
int directory_end(void **state);

struct tls_server;
typedef void (*tls_serve_fn)(struct tls_server *s, SSL *ssl);

/* Shows 'id', then does 'serve' with each client whose handshake succeeds. */
struct tls_server {
    SSL_CTX *context;
    tls_serve_fn serve;
    int n_handshakes;
    int n_resumed;
    size_t n_bytes; /* that serve functions received */
    char server_name[256];
};
void tls_server_init(struct tls_server *s, const struct identity *id,
    tls_serve_fn serve);
void tls_server_clear(struct tls_server *s);

/* For loopback_start(), with a struct tls_server. */
void tls_serve(void *ctx, int fd);

/* Serve functions: send back what comes, until the client ends. */
void tls_echo(struct tls_server *s, SSL *ssl);

#endif
