/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Verification is on and cannot be turned off: the chain, the validity, the
 * purpose, and the host by its subject alternative names alone.  OpenSSL moves
 * its bytes through a BIO of ours, whose sends never raise SIGPIPE and which
 * reads only so often in one go, so that a peer that keeps it busy cannot keep
 * it from looking at the clock.  What failed stays failed, with the first
 * reason. */
#include "wire/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* Sixteen records: what a caller asks for at a time. */
#define READ_BUFFER_BYTES ((size_t)266240)
/* Reads from the socket in one go.  Records without bytes for the caller cost
 * most: two MiB of them are half a second of work. */
#define MAX_READS 8
_Static_assert(MAX_READS * READ_BUFFER_BYTES <= (size_t)17 << 17,
    "the clock is looked at often enough");
/* 3DES, RSA of 1024 bits and SHA-1 signatures are below. */
#define SECURITY_LEVEL 2

struct ir_tls {
    struct ir_error *error;
    SSL_CTX *context;
    BIO_METHOD *method;
    SSL_SESSION *session; /* of the last connection, to resume; or NULL */
    char host[256];
    int is_ip;

    /* The connection; ssl is NULL if there is none. */
    SSL *ssl;
    int socket;
    int n_reads;
    int sys_errno; /* of the socket; 0: it did not fail */
    int is_cut;    /* the socket has come to its end */
    struct ir_error failure;
};

/* ---- What OpenSSL says went wrong -------------------------------------- */

/* Empty the queue; its first entry, the cause of the others, into 'reason'. */
static enum ir_status
take_reason(enum ir_status status, char *reason, size_t size)
{
    unsigned long code = ERR_get_error();
    const char *text = ERR_reason_error_string(code);

    if (code == 0 || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
        status = IR_E_MEMORY;
        text = "out of memory";
    }
    if (ERR_SYSTEM_ERROR(code)) {
        if (strerror_r(ERR_GET_REASON(code), reason, size) != 0)
            reason[0] = '\0';
    } else {
        snprintf(reason, size, "%s", text == NULL ? "unknown reason" : text);
    }
    ERR_clear_error();
    return status;
}

static enum ir_status
refuse_file(struct ir_error *e, const char *what, const char *file)
{
    char reason[128];
    enum ir_status st = take_reason(IR_E_ARGUMENT, reason, sizeof reason);

    return ir_error_set(e, st, "%s %s: %s", what, file, reason);
}

/* ---- The socket as a BIO ----------------------------------------------- */

static int
settle_socket(BIO *bio, struct ir_tls *tls, int flag)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        BIO_set_flags(bio, flag | BIO_FLAGS_SHOULD_RETRY);
    else
        tls->sys_errno = errno;
    return -1;
}

static int
read_socket(BIO *bio, char *data, int size)
{
    struct ir_tls *tls = BIO_get_data(bio);
    ssize_t n;

    BIO_clear_retry_flags(bio);
    if (tls->n_reads++ >= MAX_READS) {
        BIO_set_retry_read(bio);
        return -1;
    }
    n = recv(tls->socket, data, (size_t)size, 0);
    if (n < 0)
        return settle_socket(bio, tls, BIO_FLAGS_READ);
    if (n == 0)
        tls->is_cut = 1;
    return (int)n;
}

static int
write_socket(BIO *bio, const char *data, int size)
{
    struct ir_tls *tls = BIO_get_data(bio);
    ssize_t n;

    BIO_clear_retry_flags(bio);
    n = send(tls->socket, data, (size_t)size, MSG_NOSIGNAL);
    if (n < 0)
        return settle_socket(bio, tls, BIO_FLAGS_WRITE);
    return (int)n;
}

static long
control_socket(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *
new_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket");

    if (method != NULL) {
        BIO_meth_set_read(method, read_socket);
        BIO_meth_set_write(method, write_socket);
        BIO_meth_set_ctrl(method, control_socket);
    }
    return method;
}

/* ---- Settings ---------------------------------------------------------- */

/* A key that needs a passphrase is refused, not asked for on a terminal. */
static int
refuse_passphrase(char *buffer, int size, int writing, void *needed)
{
    (void)buffer;
    (void)size;
    (void)writing;
    *(int *)needed = 1;
    return -1;
}

static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct ir_tls *tls = SSL_get_app_data(ssl);

    SSL_SESSION_free(tls->session);
    tls->session = session;
    return 1;
}

static enum ir_status
load_authorities(struct ir_tls *tls, const char *file, const char *path)
{
    struct stat status;

    if (file != NULL && SSL_CTX_load_verify_file(tls->context, file) != 1)
        return refuse_file(tls->error, "certificate authorities", file);
    if (path != NULL) {
        if (stat(path, &status) != 0)
            return ir_error_set_errno(tls->error, IR_E_ARGUMENT, errno,
                "certificate authorities %s", path);
        if (!S_ISDIR(status.st_mode))
            return ir_error_set(tls->error, IR_E_ARGUMENT,
                "certificate authorities %s: not a directory", path);
        if (SSL_CTX_load_verify_dir(tls->context, path) != 1)
            return refuse_file(tls->error, "certificate authorities", path);
    }
    if (file == NULL && path == NULL
        && SSL_CTX_set_default_verify_paths(tls->context) != 1)
        return refuse_file(tls->error, "certificate authorities of",
            "the system");
    return IR_OK;
}

static enum ir_status
load_identity(struct ir_tls *tls, const char *cert, const char *key)
{
    int needs_passphrase = 0;
    int loaded;

    if (cert == NULL && key == NULL)
        return IR_OK;
    if (cert == NULL)
        return ir_error_set(tls->error, IR_E_ARGUMENT,
            "key %s: a client certificate is expected beside it", key);
    if (key == NULL)
        key = cert;
    SSL_CTX_set_default_passwd_cb(tls->context, refuse_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(tls->context, &needs_passphrase);
    if (SSL_CTX_use_certificate_chain_file(tls->context, cert) != 1)
        return refuse_file(tls->error, "client certificate", cert);
    loaded = SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM);
    if (loaded != 1 && needs_passphrase) {
        ERR_clear_error();
        return ir_error_set(tls->error, IR_E_ARGUMENT,
            "key %s: it needs a passphrase; a key without is expected", key);
    }
    if (loaded != 1 || SSL_CTX_check_private_key(tls->context) != 1)
        return refuse_file(tls->error, "key", key);
    return IR_OK;
}

/* The system may ask for more than we do, never for less. */
static enum ir_status
set_up(struct ir_tls *tls)
{
    SSL_CTX *c = tls->context;
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(c);
    char reason[128];
    int ok = 1;

    if (SSL_CTX_get_min_proto_version(c) < TLS1_2_VERSION)
        ok = SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) == 1;
    if (SSL_CTX_get_security_level(c) < SECURITY_LEVEL)
        SSL_CTX_set_security_level(c, SECURITY_LEVEL);
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_clear_options(c, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE
        | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(c, 1);
    SSL_CTX_set_default_read_buffer_len(c, READ_BUFFER_BYTES);
    SSL_CTX_set_session_cache_mode(c,
        SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c, keep_session);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
        | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (ok && tls->is_ip)
        ok = X509_VERIFY_PARAM_set1_ip_asc(param, tls->host) == 1;
    else if (ok)
        ok = X509_VERIFY_PARAM_set1_host(param, tls->host, 0) == 1;
    if (ok)
        return IR_OK;
    return ir_error_set(tls->error,
        take_reason(IR_E_TLS, reason, sizeof reason), "TLS set-up: %s", reason);
}

enum ir_status
ir_tls_new(const struct ir_transport_config *config, struct ir_error *error,
    struct ir_tls **tls)
{
    struct ir_tls *new = calloc(1, sizeof *new);
    enum ir_status st;

    *tls = NULL;
    if (new == NULL)
        return ir_error_set(error, IR_E_MEMORY, "out of memory");
    new->error = error;
    new->is_ip = config->url->is_ip;
    memcpy(new->host, config->url->host, sizeof config->url->host);
    ERR_clear_error();
    new->context = SSL_CTX_new(TLS_client_method());
    new->method = new_method();
    if (new->context == NULL || new->method == NULL) {
        char reason[128];

        st = take_reason(IR_E_TLS, reason, sizeof reason);
        st = ir_error_set(error, st, "TLS set-up: %s", reason);
        goto out;
    }
    st = set_up(new);
    if (st == IR_OK)
        st = load_authorities(new, config->ca_file, config->ca_path);
    if (st == IR_OK)
        st = load_identity(new, config->cert_file, config->key_file);
out:
    if (st == IR_OK)
        *tls = new;
    else
        ir_tls_free(new);
    return st;
}

enum ir_status
ir_tls_twin(const struct ir_tls *tls, struct ir_error *error,
    struct ir_tls **twin)
{
    struct ir_tls *new = calloc(1, sizeof *new);

    *twin = NULL;
    if (new != NULL)
        new->method = new_method();
    if (new == NULL || new->method == NULL) {
        free(new);
        ERR_clear_error();
        return ir_error_set(error, IR_E_MEMORY, "out of memory");
    }
    new->error = error;
    new->is_ip = tls->is_ip;
    memcpy(new->host, tls->host, sizeof new->host);
    SSL_CTX_up_ref(tls->context);
    new->context = tls->context;
    /* OpenSSL resumes one object once only. */
    if (tls->session != NULL)
        new->session = SSL_SESSION_dup(tls->session);
    *twin = new;
    return IR_OK;
}

void
ir_tls_free(struct ir_tls *tls)
{
    if (tls == NULL)
        return;
    ir_tls_end(tls, 0);
    SSL_SESSION_free(tls->session);
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->method);
    free(tls);
}

/* ---- One connection ---------------------------------------------------- */

enum ir_status
ir_tls_begin(struct ir_tls *tls, int socket)
{
    BIO *bio;
    char reason[128];
    int ok = 0;

    ir_tls_end(tls, 0);
    ERR_clear_error();
    tls->socket = socket;
    tls->sys_errno = 0;
    tls->is_cut = 0;
    ir_error_clear(&tls->failure);
    tls->ssl = SSL_new(tls->context);
    bio = BIO_new(tls->method);
    if (tls->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        goto out;
    }
    BIO_set_data(bio, tls);
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    SSL_set_connect_state(tls->ssl);
    ok = tls->is_ip || SSL_set_tlsext_host_name(tls->ssl, tls->host) == 1;
    if (ok && tls->session != NULL)
        ok = SSL_set_session(tls->ssl, tls->session);
out:
    if (ok)
        return IR_OK;
    return ir_error_set(tls->error,
        take_reason(IR_E_TLS, reason, sizeof reason), "TLS set-up: %s", reason);
}

static void
start(struct ir_tls *tls)
{
    ERR_clear_error();
    tls->n_reads = 0;
}

/* The peer, the certificate or OpenSSL itself, into tls->failure. */
static void
note_refusal(struct ir_tls *tls)
{
    long verdict = SSL_get_verify_result(tls->ssl);
    char reason[128];
    enum ir_status st = take_reason(IR_E_TLS, reason, sizeof reason);

    if (st == IR_E_MEMORY || verdict == X509_V_ERR_OUT_OF_MEM)
        ir_error_set(&tls->failure, IR_E_MEMORY, "out of memory");
    else if (verdict != X509_V_OK)
        ir_error_set(&tls->failure, st, "certificate of %s refused: %s",
            tls->host, X509_verify_cert_error_string(verdict));
    else
        ir_error_set(&tls->failure, st, "TLS with %s: %s", tls->host, reason);
}

/* The same for the socket below. */
static void
note_loss(struct ir_tls *tls)
{
    if (tls->sys_errno != 0)
        ir_error_set_errno(&tls->failure, IR_E_NETWORK, tls->sys_errno,
            "connection to %s", tls->host);
    else if (tls->is_cut)
        ir_error_set(&tls->failure, IR_E_NETWORK, "connection cut by %s",
            tls->host);
    else
        note_refusal(tls);
}

static enum ir_tls_io
report(struct ir_tls *tls)
{
    if (tls->error->status == IR_OK)
        tls->error->sys_errno = tls->failure.sys_errno;
    ir_error_set(tls->error, tls->failure.status, "%s", tls->failure.message);
    return IR_TLS_FAILED;
}

/* What the call that returned 'ok' is waiting for, or how it ended. */
static enum ir_tls_io
settle(struct ir_tls *tls, int ok)
{
    switch (SSL_get_error(tls->ssl, ok)) {
    case SSL_ERROR_NONE:
        return IR_TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return IR_TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return IR_TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return IR_TLS_END;
    case SSL_ERROR_SYSCALL:
        note_loss(tls);
        return IR_TLS_FAILED;
    default:
        note_refusal(tls);
        return IR_TLS_FAILED;
    }
}

/* A session that was offered to a peer that then failed is not offered
 * again. */
enum ir_tls_io
ir_tls_handshake(struct ir_tls *tls)
{
    enum ir_tls_io io;

    start(tls);
    io = settle(tls, SSL_do_handshake(tls->ssl));
    if (io == IR_TLS_END) {
        ir_error_set(&tls->failure, IR_E_NETWORK, "connection closed by %s",
            tls->host);
        io = IR_TLS_FAILED;
    }
    if (io == IR_TLS_FAILED) {
        SSL_SESSION_free(tls->session);
        tls->session = NULL;
        return report(tls);
    }
    return io;
}

/* Bytes that came before a failure are handed out first. */
enum ir_tls_io
ir_tls_read(struct ir_tls *tls, void *data, size_t size, size_t *n)
{
    enum ir_tls_io io = IR_TLS_DONE;
    size_t part;

    *n = 0;
    start(tls);
    if (tls->failure.status != IR_OK)
        return report(tls);
    do {
        io = settle(tls,
            SSL_read_ex(tls->ssl, (char *)data + *n, size - *n, &part));
        if (io == IR_TLS_DONE)
            *n += part;
    } while (io == IR_TLS_DONE && *n < size && SSL_has_pending(tls->ssl));
    if (*n > 0)
        return IR_TLS_DONE;
    return io == IR_TLS_FAILED ? report(tls) : io;
}

/* A server that refuses us after the handshake says why and leaves: its reason
 * may have come although nothing can be sent any more.  1: data has come, and
 * can be read. */
static int
prefer_reason(struct ir_tls *tls)
{
    struct ir_error loss = tls->failure;
    enum ir_tls_io io;
    char byte;
    size_t n;

    start(tls);
    tls->sys_errno = 0;
    ir_error_clear(&tls->failure);
    io = settle(tls, SSL_peek_ex(tls->ssl, &byte, 1, &n));
    if (tls->failure.status != IR_E_TLS)
        tls->failure = loss;
    return io == IR_TLS_DONE;
}

enum ir_tls_io
ir_tls_write(struct ir_tls *tls, const void *data, size_t size, size_t *n)
{
    enum ir_tls_io io;
    int is_readable = 0;

    *n = 0;
    start(tls);
    if (tls->failure.status != IR_OK)
        return report(tls);
    io = settle(tls, SSL_write_ex(tls->ssl, data, size, n));
    if (io != IR_TLS_FAILED)
        return io;
    if (tls->sys_errno != 0)
        is_readable = prefer_reason(tls);
    report(tls);
    if (is_readable)
        ir_error_clear(&tls->failure);
    return IR_TLS_FAILED;
}

/* Session tickets and key updates are read here and count for nothing. */
int
ir_tls_is_idle(struct ir_tls *tls)
{
    char byte;
    size_t n;

    start(tls);
    return tls->failure.status == IR_OK
        && settle(tls, SSL_peek_ex(tls->ssl, &byte, 1, &n)) == IR_TLS_WANT_READ;
}

void
ir_tls_end(struct ir_tls *tls, int orderly)
{
    if (tls->ssl == NULL)
        return;
    ERR_clear_error();
    SSL_set_quiet_shutdown(tls->ssl,
        !orderly || tls->failure.status != IR_OK || SSL_in_init(tls->ssl));
    SSL_shutdown(tls->ssl);
    SSL_free(tls->ssl);
    tls->ssl = NULL;
    ERR_clear_error();
}
