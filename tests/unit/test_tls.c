/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Which servers are talked to.  Each is a real one with a certificate of its
 * own, and whoever is refused has not received one byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certificates.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define HOST "https://files.example.com:%"
#define ADDRESS "https://127.0.0.1:%"
#define MISMATCH "refused: hostname mismatch"
#define IP_MISMATCH "refused: IP address mismatch"

static struct {
    struct identity root;
    struct identity other_root;
    struct identity leaf; /* of files.example.com */
} ids;

static const struct certificate files = { .names = "DNS:files.example.com" };

/* Connect, say hello and hear it back. */
static enum ir_status
greet(struct loopback_client *c)
{
    char reply[8];
    enum ir_status st = try_connect(c);
    size_t n = 0;

    if (st == IR_OK)
        st = ir_transport_send(c->transport, "hello", 5);
    if (st == IR_OK)
        st = ir_transport_receive(c->transport, reply, sizeof reply, &n);
    if (st == IR_OK)
        assert_int_equal(n, 5);
    return st;
}

/* One client at 'url' of a server as set up; '*error' is how it ended. */
static void
greet_server(struct tls_server *s, const char *url, const char *ca_file,
    struct ir_error *error)
{
    struct line l = { .client.config.ca_file = ca_file };

    open_line(&l, url, tls_serve, s);
    greet(&l.client);
    *error = l.client.error;
    close_line(&l);
}

/* 'why' is NULL if the client is to be content, else a part of its message. */
static void
check_server(struct tls_server *s, const char *label, const char *url,
    const char *why)
{
    struct ir_error e;

    greet_server(s, url, "root.pem", &e);
    if ((e.status != IR_OK) != (why != NULL))
        fail_msg("%s: %s", label, why == NULL ? e.message : "accepted");
    if (why == NULL) {
        assert_int_equal(s->n_bytes, 5);
        return;
    }
    if (e.status != IR_E_TLS || strstr(e.message, why) == NULL)
        fail_msg("%s: %s", label, e.message);
    assert_int_equal(s->n_bytes, 0);
    assert_int_equal(e.retryable, 0);
}

static void
check_identity(const struct identity *id, const char *label, const char *url,
    const char *why)
{
    struct tls_server s;

    tls_server_init(&s, id, tls_echo);
    check_server(&s, label, url, why);
    tls_server_clear(&s);
}

/* ---- Certificates ------------------------------------------------------ */

static const struct {
    const char *label;
    struct certificate certificate;
    const char *url;
    const char *why;
} servers[] = {
    {"its name", {.names = "DNS:files.example.com"}, HOST, NULL},
    {"its name in capitals", {.names = "DNS:FILES.Example.COM"}, HOST, NULL},
    {"one of many", {.names = "DNS:a.example.com,DNS:files.example.com"}, HOST,
        NULL},
    {"a wildcard", {.names = "DNS:*.example.com"}, HOST, NULL},
    {"its address", {.names = "IP:127.0.0.1"}, ADDRESS, NULL},
    {"an RSA key", {.names = "DNS:files.example.com", .rsa_bits = 2048}, HOST,
        NULL},
    {"any usage", {.names = "DNS:files.example.com",
        .usage = "clientAuth,serverAuth"}, HOST, NULL},
    {"another name", {.names = "DNS:other.example.com"}, HOST, MISMATCH},
    {"a hyphen for the dot", {.names = "DNS:files-example.com"}, HOST,
        MISMATCH},
    {"a dot for the hyphen", {.names = "DNS:files.example.com"},
        "https://files-example.com:%", MISMATCH},
    {"its parent", {.names = "DNS:example.com"}, HOST, MISMATCH},
    {"its child", {.names = "DNS:a.files.example.com"}, HOST, MISMATCH},
    {"its beginning", {.names = "DNS:files.example.co"}, HOST, MISMATCH},
    {"a name that begins with it", {.names = "DNS:files.example.com.evil.test"},
        HOST, MISMATCH},
    {"a name that ends with it", {.names = "DNS:evil-files.example.com"}, HOST,
        MISMATCH},
    {"a wildcard for two labels", {.names = "DNS:*.example.com"},
        "https://a.files.example.com:%", MISMATCH},
    {"a star alone", {.names = "DNS:*"}, HOST, MISMATCH},
    {"a star for a domain", {.names = "DNS:*.com"}, HOST, MISMATCH},
    {"two stars", {.names = "DNS:*.*.com"}, HOST, MISMATCH},
    {"a star at the end", {.names = "DNS:f*.example.com"}, HOST, MISMATCH},
    {"a star at the beginning", {.names = "DNS:*s.example.com"}, HOST,
        MISMATCH},
    {"a star in the middle", {.names = "DNS:files.*.com"}, HOST, MISMATCH},
    {"a common name alone", {.cn = "files.example.com"}, HOST, MISMATCH},
    {"a common name beside another name", {.cn = "files.example.com",
        .names = "DNS:other.example.com"}, HOST, MISMATCH},
    {"a mail address", {.names = "email:a@files.example.com"}, HOST, MISMATCH},
    {"a URI", {.names = "URI:https://files.example.com/"}, HOST, MISMATCH},
    {"an address for a name", {.names = "IP:127.0.0.1"}, HOST, MISMATCH},
    {"a name for an address", {.names = "DNS:127.0.0.1"}, ADDRESS, IP_MISMATCH},
    {"another address", {.names = "IP:127.0.0.2"}, ADDRESS, IP_MISMATCH},
    {"an address as common name", {.cn = "127.0.0.1"}, ADDRESS, IP_MISMATCH},
    {"expired", {.names = "DNS:files.example.com", .first_day = -10,
        .last_day = -1}, HOST,
        "refused: certificate has expired"},
    {"not yet valid", {.names = "DNS:files.example.com", .first_day = 2}, HOST,
        "refused: certificate is not yet valid"},
    {"for clients", {.names = "DNS:files.example.com",
        .usage = "clientAuth"}, HOST,
        "certificate purpose"},
    {"for code", {.names = "DNS:files.example.com",
        .usage = "codeSigning"}, HOST,
        "certificate purpose"},
    {"a short key", {.names = "DNS:files.example.com", .rsa_bits = 1024}, HOST,
        "certificate key too weak"},
};

static void
test_accepts_only_certificates_of_the_host(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(servers); i++) {
        struct identity id;

        identity_make(&id, &servers[i].certificate, &ids.root);
        check_identity(&id, servers[i].label, servers[i].url, servers[i].why);
        identity_clear(&id);
    }
}

static void
test_refuses_an_authority_that_is_not_trusted(void **state)
{
    struct identity id;
    (void)state;

    identity_make(&id, &files, &ids.other_root);
    check_identity(&id, "other authority", HOST,
        "refused: unable to get local issuer certificate");
    identity_clear(&id);
}

static void
test_refuses_a_self_signed_certificate(void **state)
{
    struct identity id;
    (void)state;

    identity_make(&id, &files, NULL);
    check_identity(&id, "self-signed", HOST,
        "certificate of files.example.com refused: self-signed certificate");
    identity_clear(&id);
}

static void
test_refuses_a_certificate_issued_by_a_server(void **state)
{
    struct identity id;
    struct tls_server s;
    (void)state;

    identity_make(&id, &files, &ids.leaf);
    tls_server_init(&s, &id, tls_echo);
    SSL_CTX_add1_chain_cert(s.context, ids.leaf.certificate);
    check_server(&s, "issued by a leaf", HOST, "refused: invalid CA");
    tls_server_clear(&s);
    identity_clear(&id);
}

static void
test_accepts_a_chain_and_misses_a_link(void **state)
{
    struct identity middle;
    struct identity id;
    struct tls_server s;
    (void)state;

    identity_make(&middle, &(struct certificate){ .cn = "middle",
        .is_authority = 1 }, &ids.root);
    identity_make(&id, &files, &middle);
    check_identity(&id, "no link", HOST,
        "refused: unable to get local issuer certificate");
    tls_server_init(&s, &id, tls_echo);
    SSL_CTX_add1_chain_cert(s.context, middle.certificate);
    check_server(&s, "chain", HOST, NULL);
    tls_server_clear(&s);
    identity_clear(&id);
    identity_clear(&middle);
}

static void
test_refuses_a_sha1_signature_in_the_chain(void **state)
{
    struct identity id;
    (void)state;

    identity_make(&id, &(struct certificate){ .sha1 = 1,
        .names = "DNS:files.example.com" }, &ids.root);
    check_identity(&id, "SHA-1", HOST, "signature digest algorithm too weak");
    identity_clear(&id);
}

/* ---- Protocols and ciphers --------------------------------------------- */

static void
check_protocol(int version, const char *why)
{
    struct tls_server s;

    tls_server_init(&s, &ids.leaf, tls_echo);
    SSL_CTX_set_min_proto_version(s.context, version);
    SSL_CTX_set_max_proto_version(s.context, version);
    check_server(&s, "version", HOST, why);
    tls_server_clear(&s);
}

static void
test_speaks_tls_1_2_and_1_3_only(void **state)
{
    (void)state;

    check_protocol(TLS1_3_VERSION, NULL);
    check_protocol(TLS1_2_VERSION, NULL);
    check_protocol(TLS1_1_VERSION, "TLS with files.example.com: ");
    check_protocol(TLS1_VERSION, "TLS with files.example.com: ");
}

/* Without a certificate or without encryption, in TLS 1.2 where they exist. */
static void
test_refuses_weak_ciphers(void **state)
{
    static const char *const ciphers[] = { "aNULL", "eNULL" };
    (void)state;

    for (size_t i = 0; i < COUNT(ciphers); i++) {
        struct tls_server s;

        tls_server_init(&s, &ids.leaf, tls_echo);
        SSL_CTX_set_max_proto_version(s.context, TLS1_2_VERSION);
        assert_int_equal(SSL_CTX_set_cipher_list(s.context, ciphers[i]), 1);
        check_server(&s, ciphers[i], HOST, "handshake failure");
        tls_server_clear(&s);
    }
}

static void
check_server_name(const char *url, const char *names, const char *expected)
{
    struct identity id;
    struct tls_server s;

    identity_make(&id, &(struct certificate){ .names = names }, &ids.root);
    tls_server_init(&s, &id, tls_echo);
    check_server(&s, url, url, NULL);
    assert_string_equal(s.server_name, expected);
    tls_server_clear(&s);
    identity_clear(&id);
}

static void
test_tells_the_server_its_name_but_no_address(void **state)
{
    (void)state;

    check_server_name("https://Files.Example.com.:%", "DNS:files.example.com",
        "files.example.com");
    check_server_name(ADDRESS, "IP:127.0.0.1", "");
}

/* ---- Authorities ------------------------------------------------------- */

static void
test_given_authorities_replace_those_of_the_system(void **state)
{
    struct tls_server s;
    struct ir_error e;
    (void)state;

    tls_server_init(&s, &ids.leaf, tls_echo);
    greet_server(&s, HOST, NULL, &e);
    assert_int_equal(e.status, IR_E_TLS);
    greet_server(&s, HOST, "other.pem", &e);
    assert_int_equal(e.status, IR_E_TLS);
    greet_server(&s, HOST, "root.pem", &e);
    assert_int_equal(e.status, IR_OK);
    tls_server_clear(&s);
}

static void
test_finds_an_authority_in_a_directory(void **state)
{
    struct line l = { .client.config.ca_path = "." };
    struct tls_server s;
    char name[32];
    (void)state;

    snprintf(name, sizeof name, "%08lx.0",
        X509_NAME_hash_ex(X509_get_subject_name(ids.root.certificate), NULL,
            NULL, NULL));
    identity_save(&ids.root, name, CERTIFICATE, NULL);
    tls_server_init(&s, &ids.leaf, tls_echo);
    open_line(&l, HOST, tls_serve, &s);
    assert_int_equal(greet(&l.client), IR_OK);
    close_line(&l);
    tls_server_clear(&s);
}

/* ---- Files ------------------------------------------------------------- */

static void
check_files(const struct ir_transport_config *config, const char *message)
{
    struct loopback_client c = { .config = *config };

    assert_int_equal(ir_url_parse("https://h/", &c.url, &c.error), IR_OK);
    c.config.url = &c.url;
    ir_transport_new(&c.config, &c.error, &c.transport);
    assert_error(&c, IR_E_ARGUMENT, message);
    assert_null(c.transport);
}

static void
test_says_which_file_is_no_good(void **state)
{
    static const struct {
        struct ir_transport_config config;
        const char *message;
    } rows[] = {
        {{.ca_file = "no.pem"},
            "certificate authorities no.pem: No such file or directory"},
        {{.ca_file = "key.pem"}, "certificate authorities key.pem: "},
        {{.ca_file = "empty.pem"}, "certificate authorities empty.pem: "},
        {{.ca_path = "no"},
            "certificate authorities no: No such file or directory"},
        {{.ca_path = "root.pem"},
            "certificate authorities root.pem: not a directory"},
        {{.cert_file = "no.pem"},
            "client certificate no.pem: No such file or directory"},
        {{.cert_file = "empty.pem"}, "client certificate empty.pem: "},
        {{.cert_file = "leaf.pem"}, "key leaf.pem: "},
        {{.cert_file = "leaf.pem", .key_file = "no.pem"},
            "key no.pem: No such file or directory"},
        {{.cert_file = "leaf.pem", .key_file = "other-key.pem"},
            "key other-key.pem: key values mismatch"},
        {{.cert_file = "leaf.pem", .key_file = "locked.pem"},
            "key locked.pem: it needs a passphrase"},
        {{.key_file = "key.pem"},
            "key key.pem: a client certificate is expected beside it"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++)
        check_files(&rows[i].config, rows[i].message);
}

static int
begin(void **state)
{
    if (directory_begin(state) != 0)
        return -1;
    identity_make(&ids.root, &(struct certificate){ .cn = "root",
        .is_authority = 1 }, NULL);
    identity_make(&ids.other_root, &(struct certificate){ .cn = "other root",
        .is_authority = 1 }, NULL);
    identity_make(&ids.leaf, &(struct certificate){ .cn = "leaf",
        .names = "DNS:files.example.com" }, &ids.root);
    identity_save(&ids.root, "root.pem", CERTIFICATE, NULL);
    identity_save(&ids.other_root, "other.pem", CERTIFICATE, NULL);
    identity_save(&ids.leaf, "leaf.pem", CERTIFICATE, NULL);
    identity_save(&ids.leaf, "key.pem", KEY, NULL);
    identity_save(&ids.other_root, "other-key.pem", KEY, NULL);
    identity_save(&ids.leaf, "locked.pem", KEY, "passphrase");
    identity_save(&ids.leaf, "empty.pem", 0, NULL);
    return 0;
}

static int
end(void **state)
{
    identity_clear(&ids.root);
    identity_clear(&ids.other_root);
    identity_clear(&ids.leaf);
    return directory_end(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts_only_certificates_of_the_host),
        cmocka_unit_test(test_refuses_an_authority_that_is_not_trusted),
        cmocka_unit_test(test_refuses_a_self_signed_certificate),
        cmocka_unit_test(test_refuses_a_certificate_issued_by_a_server),
        cmocka_unit_test(test_accepts_a_chain_and_misses_a_link),
        cmocka_unit_test(test_refuses_a_sha1_signature_in_the_chain),
        cmocka_unit_test(test_speaks_tls_1_2_and_1_3_only),
        cmocka_unit_test(test_refuses_weak_ciphers),
        cmocka_unit_test(test_tells_the_server_its_name_but_no_address),
        cmocka_unit_test(test_given_authorities_replace_those_of_the_system),
        cmocka_unit_test(test_finds_an_authority_in_a_directory),
        cmocka_unit_test(test_says_which_file_is_no_good),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
