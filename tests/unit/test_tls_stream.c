/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What happens over TLS once the server is trusted: bytes arrive whole and in
 * order, a cut is not an end, sessions are resumed, and neither limit nor
 * cancel is lost among records that carry nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "certificates.h"

#define HOST "https://files.example.com:%"
#define PATTERN_BYTES ((size_t)3000000)

static struct {
    struct identity root;
    struct identity leaf;
    struct identity client;
} ids;

/* A TLS server and its client. */
struct tls_line {
    struct tls_server tls;
    struct line line;
};

static void
open_tls(struct tls_line *l, tls_serve_fn serve, int version)
{
    tls_server_init(&l->tls, &ids.leaf, serve);
    if (version != 0)
        SSL_CTX_set_max_proto_version(l->tls.context, version);
    l->line.client.config.ca_file = "root.pem";
    open_line(&l->line, HOST, tls_serve, &l->tls);
}

static void
close_tls(struct tls_line *l)
{
    close_line(&l->line);
    tls_server_clear(&l->tls);
}

/* One byte there and back. */
static enum ir_status
exchange(struct tls_line *l)
{
    struct ir_transport *t = l->line.client.transport;
    char byte;
    size_t n;
    enum ir_status st = ir_transport_send(t, "x", 1);

    if (st == IR_OK)
        st = ir_transport_receive(t, &byte, 1, &n);
    if (st == IR_OK)
        assert_int_equal(n, 1);
    return st;
}

static uint8_t
pattern(size_t i)
{
    return (uint8_t)(i * 31 + i / 65537);
}

/* ---- What servers do --------------------------------------------------- */

/* The pattern in pieces of all sizes, then an orderly end. */
static void
serve_pattern(struct tls_server *s, SSL *ssl)
{
    uint8_t piece[40000];
    size_t size = 1;

    (void)s;
    for (size_t i = 0; i < PATTERN_BYTES; i += size) {
        size = size * 7 % sizeof piece + 1;
        if (size > PATTERN_BYTES - i)
            size = PATTERN_BYTES - i;
        for (size_t j = 0; j < size; j++)
            piece[j] = pattern(i + j);
        if (SSL_write(ssl, piece, (int)size) != (int)size)
            return;
    }
    SSL_shutdown(ssl);
}

/* A byte, and then the connection ends without a word. */
static void
cut(struct tls_server *s, SSL *ssl)
{
    char byte;

    (void)s;
    if (SSL_read(ssl, &byte, 1) == 1)
        SSL_write(ssl, &byte, 1);
}

static void
count_bytes(struct tls_server *s, SSL *ssl)
{
    uint8_t buffer[16384];
    int n;

    while ((n = SSL_read(ssl, buffer, sizeof buffer)) > 0)
        for (int i = 0; i < n; i++)
            if (buffer[i] == pattern(s->n_bytes)
                && ++s->n_bytes == PATTERN_BYTES)
                SSL_write(ssl, "x", 1);
}

static void
read_only(struct tls_server *s, SSL *ssl)
{
    char byte;

    (void)s;
    while (SSL_read(ssl, &byte, 1) > 0)
        continue;
}

/* The end comes before the reset, so that the next send is a broken pipe. */
static void
leave(struct tls_server *s, SSL *ssl)
{
    char byte;

    (void)s;
    (void)SSL_read(ssl, &byte, 1);
    shutdown(SSL_get_fd(ssl), SHUT_WR);
}

/* Answer, and follow it with tickets that nobody waits for. */
static void
echo_and_send_tickets(struct tls_server *s, SSL *ssl)
{
    char byte;

    (void)s;
    while (SSL_read(ssl, &byte, 1) == 1 && SSL_write(ssl, &byte, 1) == 1)
        if (SSL_new_session_ticket(ssl) != 1 || SSL_do_handshake(ssl) != 1)
            return;
}

/* OpenSSL does not mind that nobody is there to take a ticket. */
static void
send_tickets_for_ever(struct tls_server *s, SSL *ssl)
{
    char byte;

    (void)s;
    while (SSL_new_session_ticket(ssl) == 1 && SSL_do_handshake(ssl) == 1
        && recv(SSL_get_fd(ssl), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
        && errno == EAGAIN)
        continue;
}

/* Records of random content where records of TLS belong. */
static void
send_garbage(struct tls_server *s, SSL *ssl)
{
    char byte;
    static const char record[] = "\x17\x03\x03\x00\x20"
        "abcdefghijklmnopqrstuvwxyzabcdef";

    (void)s;
    (void)SSL_read(ssl, &byte, 1);
    (void)!write(SSL_get_fd(ssl), record, sizeof record - 1);
    (void)SSL_read(ssl, &byte, 1);
}

/* ---- Bytes ------------------------------------------------------------- */

static void
check_pattern(int version, size_t size)
{
    struct tls_line l = { 0 };
    uint8_t *buffer = malloc(size);
    size_t total = 0;
    size_t n;

    open_tls(&l, serve_pattern, version);
    connect_new(&l.line.client);
    do {
        assert_int_equal(ir_transport_receive(l.line.client.transport, buffer,
            size, &n), IR_OK);
        for (size_t i = 0; i < n; i++)
            if (buffer[i] != pattern(total + i))
                fail_msg("byte %zu differs", total + i);
        total += n;
    } while (n > 0);
    assert_int_equal(total, PATTERN_BYTES);
    close_tls(&l);
    free(buffer);
}

static void
test_bytes_arrive_whole_at_every_buffer_size(void **state)
{
    static const size_t sizes[] = { 13, 16384, 16385, 65536, 1000000 };
    (void)state;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_pattern(TLS1_2_VERSION, sizes[i]);
        check_pattern(TLS1_3_VERSION, sizes[i]);
    }
}

static void
test_bytes_are_sent_whole(void **state)
{
    struct tls_line l = { 0 };
    uint8_t *data = malloc(PATTERN_BYTES);
    char byte;
    size_t n;
    (void)state;

    for (size_t i = 0; i < PATTERN_BYTES; i++)
        data[i] = pattern(i);
    open_tls(&l, count_bytes, 0);
    connect_new(&l.line.client);
    assert_int_equal(ir_transport_send(l.line.client.transport, data,
        PATTERN_BYTES), IR_OK);
    assert_int_equal(ir_transport_receive(l.line.client.transport, &byte, 1,
        &n), IR_OK);
    close_tls(&l);
    assert_int_equal(l.tls.n_bytes, PATTERN_BYTES);
    free(data);
}

static void
test_a_cut_is_no_end_but_hides_no_byte(void **state)
{
    struct tls_line l = { 0 };
    size_t n;
    (void)state;

    open_tls(&l, cut, 0);
    connect_new(&l.line.client);
    assert_int_equal(ir_transport_send(l.line.client.transport, "x", 1),
        IR_OK);
    assert_int_equal(receive_all(&l.line.client, &n), IR_E_NETWORK);
    assert_error(&l.line.client, IR_E_NETWORK,
        "connection cut by files.example.com");
    assert_int_equal(n, 1);
    close_tls(&l);
}

static void
test_a_record_that_was_changed_is_a_tls_error(void **state)
{
    struct tls_line l = { 0 };
    (void)state;

    open_tls(&l, send_garbage, 0);
    connect_new(&l.line.client);
    assert_int_equal(exchange(&l), IR_E_TLS);
    assert_error(&l.line.client, IR_E_TLS, "TLS with files.example.com: ");
    close_tls(&l);
}

static void
test_a_server_that_leaves_raises_no_sigpipe(void **state)
{
    struct tls_line l = { 0 };
    (void)state;

    open_tls(&l, leave, 0);
    connect_new(&l.line.client);
    assert_int_equal(send_many(&l.line.client), IR_E_NETWORK);
    assert_error(&l.line.client, IR_E_NETWORK, "connection to files.example");
    assert_int_equal(ir_transport_send(l.line.client.transport, "x", 1),
        IR_E_NETWORK);
    close_tls(&l);
}

/* ---- Limits and cancel ------------------------------------------------- */

static void
test_a_silent_server_ends_at_the_idle_timeout(void **state)
{
    struct tls_line l = { .line.client.config.idle_timeout_ms = LIMIT_MS };
    long long start;
    (void)state;

    open_tls(&l, read_only, 0);
    connect_new(&l.line.client);
    start = now_ms();
    assert_int_equal(exchange(&l), IR_E_TIMEOUT);
    assert_error(&l.line.client, IR_E_TIMEOUT, "no reply for 150 ms");
    assert_in_time(start);
    close_tls(&l);
}

static void
test_a_call_limit_reaches_records_without_bytes(void **state)
{
    struct tls_line l = { 0 };
    long long start;
    size_t n;
    (void)state;

    open_tls(&l, send_tickets_for_ever, 0);
    connect_new(&l.line.client);
    start = now_ms();
    ir_transport_begin(l.line.client.transport, LIMIT_MS);
    assert_int_equal(receive_all(&l.line.client, &n), IR_E_TIMEOUT);
    assert_error(&l.line.client, IR_E_TIMEOUT, "call not finished");
    assert_in_time(start);
    close_tls(&l);
}

static void *
cancel(void *client)
{
    ir_transport_cancel(((struct loopback_client *)client)->transport);
    return NULL;
}

static void
check_cancel(tls_serve_fn serve, int sending)
{
    struct tls_line l = { 0 };
    pthread_t thread;
    size_t n;

    open_tls(&l, serve, 0);
    connect_new(&l.line.client);
    assert_int_equal(pthread_create(&thread, NULL, cancel, &l.line.client), 0);
    assert_int_equal(sending ? send_many(&l.line.client)
                             : receive_all(&l.line.client, &n),
        IR_E_CANCELLED);
    pthread_join(thread, NULL);
    close_tls(&l);
}

static void
test_cancel_ends_every_wait(void **state)
{
    (void)state;

    check_cancel(read_only, 0);
    check_cancel(read_only, 1);
    check_cancel(send_tickets_for_ever, 0);
}

/* ---- Keeping connections and sessions ---------------------------------- */

static void
test_a_connection_is_kept_although_tickets_come_late(void **state)
{
    struct tls_line l = { 0 };
    int reused;
    (void)state;

    open_tls(&l, echo_and_send_tickets, 0);
    connect_new(&l.line.client);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(exchange(&l), IR_OK);
        assert_int_equal(ir_transport_connect(l.line.client.transport,
            &reused), IR_OK);
        assert_int_equal(reused, 1);
    }
    close_tls(&l);
    assert_int_equal(l.tls.n_handshakes, 1);
}

static void
shut_after_one(struct tls_server *s, SSL *ssl)
{
    char bytes[2] = "ab";

    (void)s;
    if (SSL_read(ssl, bytes, 1) == 1 && SSL_write(ssl, bytes, 1) == 1)
        SSL_shutdown(ssl);
    while (SSL_read(ssl, bytes, 1) > 0)
        continue;
}

static void
test_a_connection_that_ended_is_replaced(void **state)
{
    struct tls_line l = { 0 };
    size_t n;
    (void)state;

    open_tls(&l, shut_after_one, 0);
    for (int i = 0; i < 3; i++) {
        connect_new(&l.line.client);
        assert_int_equal(ir_transport_send(l.line.client.transport, "x", 1),
            IR_OK);
        assert_int_equal(receive_all(&l.line.client, &n), IR_OK);
        assert_int_equal(n, 1);
    }
    close_tls(&l);
    assert_int_equal(l.tls.n_handshakes, 3);
}

static void
write_two(struct tls_server *s, SSL *ssl)
{
    char bytes[2] = "ab";

    if (SSL_read(ssl, bytes, 1) == 1 && SSL_write(ssl, bytes, 2) == 2)
        read_only(s, ssl);
}

static void
test_a_connection_with_bytes_left_over_is_replaced(void **state)
{
    struct tls_line l = { 0 };
    (void)state;

    open_tls(&l, write_two, 0);
    connect_new(&l.line.client);
    assert_int_equal(exchange(&l), IR_OK);
    connect_new(&l.line.client);
    close_tls(&l);
    assert_int_equal(l.tls.n_handshakes, 2);
}

static void
check_resumption(int version)
{
    struct tls_line l = { 0 };

    open_tls(&l, tls_echo, version);
    for (int i = 0; i < 4; i++) {
        connect_new(&l.line.client);
        assert_int_equal(exchange(&l), IR_OK);
        ir_transport_close(l.line.client.transport);
    }
    close_tls(&l);
    assert_int_equal(l.tls.n_handshakes, 4);
    assert_int_equal(l.tls.n_resumed, 3);
}

static void
test_sessions_are_resumed(void **state)
{
    (void)state;

    check_resumption(TLS1_2_VERSION);
    check_resumption(TLS1_3_VERSION);
}

/* ---- Client certificates ----------------------------------------------- */

/* TLS 1.3 servers refuse after the client's handshake has ended. */
static enum ir_status
show_certificate(int version, const char *cert_file, const char *key_file)
{
    struct tls_line l = { .line.client.config = {
        .cert_file = cert_file, .key_file = key_file } };
    enum ir_status st;

    open_tls(&l, tls_echo, version);
    SSL_CTX_load_verify_file(l.tls.context, "root.pem");
    SSL_CTX_set_verify(l.tls.context,
        SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    st = try_connect(&l.line.client);
    if (st == IR_OK)
        st = exchange(&l);
    close_tls(&l);
    assert_int_equal(l.tls.n_bytes, st == IR_OK);
    return st;
}

static void
test_shows_its_certificate_to_a_server_that_asks(void **state)
{
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(show_certificate(versions[i], "client.pem",
            "client-key.pem"), IR_OK);
        assert_int_equal(show_certificate(versions[i], "both.pem", NULL),
            IR_OK);
        assert_int_equal(show_certificate(versions[i], NULL, NULL), IR_E_TLS);
    }
}

static int
begin(void **state)
{
    if (directory_begin(state) != 0)
        return -1;
    identity_make(&ids.root, &(struct certificate){ .cn = "root",
        .is_authority = 1 }, NULL);
    identity_make(&ids.leaf, &(struct certificate){
        .names = "DNS:files.example.com" }, &ids.root);
    identity_make(&ids.client, &(struct certificate){ .cn = "client",
        .usage = "clientAuth" }, &ids.root);
    identity_save(&ids.root, "root.pem", CERTIFICATE, NULL);
    identity_save(&ids.client, "client.pem", CERTIFICATE, NULL);
    identity_save(&ids.client, "client-key.pem", KEY, NULL);
    identity_save(&ids.client, "both.pem", CERTIFICATE | KEY, NULL);
    return 0;
}

static int
end(void **state)
{
    identity_clear(&ids.root);
    identity_clear(&ids.leaf);
    identity_clear(&ids.client);
    return directory_end(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_arrive_whole_at_every_buffer_size),
        cmocka_unit_test(test_bytes_are_sent_whole),
        cmocka_unit_test(test_a_cut_is_no_end_but_hides_no_byte),
        cmocka_unit_test(test_a_record_that_was_changed_is_a_tls_error),
        cmocka_unit_test(test_a_server_that_leaves_raises_no_sigpipe),
        cmocka_unit_test(test_a_silent_server_ends_at_the_idle_timeout),
        cmocka_unit_test(test_a_call_limit_reaches_records_without_bytes),
        cmocka_unit_test(test_cancel_ends_every_wait),
        cmocka_unit_test(test_a_connection_is_kept_although_tickets_come_late),
        cmocka_unit_test(test_a_connection_that_ended_is_replaced),
        cmocka_unit_test(test_a_connection_with_bytes_left_over_is_replaced),
        cmocka_unit_test(test_sessions_are_resumed),
        cmocka_unit_test(test_shows_its_certificate_to_a_server_that_asks),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
