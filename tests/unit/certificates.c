/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "certificates.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY_S 86400L

static struct {
    char directory[32];
    long serial;
} run;

/* ---- Certificates ------------------------------------------------------ */

static void
add_extension(X509 *x, const struct identity *issuer, int nid,
    const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer->certificate, x, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
}

void
identity_make(struct identity *id, const struct certificate *c,
    const struct identity *issuer)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);

    id->certificate = x;
    id->key = c->rsa_bits != 0
        ? EVP_RSA_gen((unsigned)c->rsa_bits) : EVP_EC_gen("P-256");
    assert_non_null(id->key);
    if (issuer == NULL)
        issuer = id;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++run.serial);
    X509_gmtime_adj(X509_getm_notBefore(x), c->first_day * DAY_S - 60);
    X509_gmtime_adj(X509_getm_notAfter(x),
        (c->last_day == 0 ? c->first_day + 1 : c->last_day) * DAY_S);
    X509_set_pubkey(x, id->key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
        (const unsigned char *)(c->cn == NULL ? "x" : c->cn), -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer->certificate));
    add_extension(x, issuer, NID_subject_key_identifier, "hash");
    if (c->is_authority) {
        add_extension(x, issuer, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(x, issuer, NID_key_usage, "critical,keyCertSign");
    } else {
        add_extension(x, issuer, NID_ext_key_usage,
            c->usage == NULL ? "serverAuth" : c->usage);
    }
    if (c->names != NULL)
        add_extension(x, issuer, NID_subject_alt_name, c->names);
    assert_true(X509_sign(x, issuer->key, c->sha1 ? EVP_sha1() : EVP_sha256())
        > 0);
}

void
identity_clear(struct identity *id)
{
    X509_free(id->certificate);
    EVP_PKEY_free(id->key);
}

void
identity_save(const struct identity *id, const char *name, int parts,
    const char *passphrase)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    if ((parts & KEY) != 0)
        assert_int_equal(PEM_write_PKCS8PrivateKey(file, id->key,
            passphrase == NULL ? NULL : EVP_aes_128_cbc(), passphrase,
            passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL), 1);
    if ((parts & CERTIFICATE) != 0)
        assert_int_equal(PEM_write_X509(file, id->certificate), 1);
    assert_int_equal(fclose(file), 0);
}

int
directory_begin(void **state)
{
    (void)state;
    snprintf(run.directory, sizeof run.directory, "/tmp/ir-test-XXXXXX");
    return mkdtemp(run.directory) == NULL || chdir(run.directory) != 0;
}

int
directory_end(void **state)
{
    DIR *directory = opendir(".");
    struct dirent *entry;

    (void)state;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        unlink(entry->d_name);
    closedir(directory);
    return chdir("/") != 0 || rmdir(run.directory) != 0;
}

/* ---- Servers ----------------------------------------------------------- */

static int
note_name(SSL *ssl, int *alert, void *ctx)
{
    struct tls_server *s = ctx;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    (void)alert;
    snprintf(s->server_name, sizeof s->server_name, "%s",
        name == NULL ? "" : name);
    return SSL_TLSEXT_ERR_OK;
}

void
tls_server_init(struct tls_server *s, const struct identity *id,
    tls_serve_fn serve)
{
    memset(s, 0, sizeof *s);
    s->serve = serve;
    s->context = SSL_CTX_new(TLS_server_method());
    assert_non_null(s->context);
    SSL_CTX_set_security_level(s->context, 0);
    SSL_CTX_set_session_id_context(s->context, (const unsigned char *)"t", 1);
    SSL_CTX_set_tlsext_servername_callback(s->context, note_name);
    SSL_CTX_set_tlsext_servername_arg(s->context, s);
    if (id != NULL) {
        assert_int_equal(SSL_CTX_use_certificate(s->context, id->certificate),
            1);
        assert_int_equal(SSL_CTX_use_PrivateKey(s->context, id->key), 1);
    }
}

void
tls_server_clear(struct tls_server *s)
{
    SSL_CTX_free(s->context);
}

/* A client that refuses the certificate never gets as far as its bytes. */
void
tls_serve(void *ctx, int fd)
{
    struct tls_server *s = ctx;
    SSL *ssl = SSL_new(s->context);

    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        s->n_handshakes++;
        s->n_resumed += SSL_session_reused(ssl);
        s->serve(s, ssl);
    }
    ERR_clear_error();
    SSL_free(ssl);
}

void
tls_echo(struct tls_server *s, SSL *ssl)
{
    char buffer[16384];
    int n;

    while ((n = SSL_read(ssl, buffer, sizeof buffer)) > 0) {
        s->n_bytes += (size_t)n;
        if (SSL_write(ssl, buffer, n) != n)
            return;
    }
    SSL_shutdown(ssl);
}
