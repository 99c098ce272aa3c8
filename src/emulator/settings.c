/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The command line.  Everything is checked here, before anything is opened or
 * started, so the rest of the program may trust its settings. */
#include "settings.h"

#include "faultkinds.h"

#include <openssl/crypto.h>

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Chunks that modern and classic servers grant at least. */
enum {
    MODERN_MIN_CHUNK = 262144,
    CLASSIC_MIN_CHUNK = 65536,
    LARGEST_CHUNK = 33554432
};

enum {
    DAY_S = 86400,
    TICKET_LIFETIME_S = 30 * DAY_S,
    HANDLER_LIFETIME_S = 3600,
    MAX_CONNECTIONS = 512,
    MAX_PASSWORD = 256,
    MAX_DOCUMENT_BYTES = 78643200,
    ZIP_MAX_BYTES = 1024 * 1024 * 1024,
    ZIP_MAX_COUNT = 10000
};

enum option_code {
    OPT_ROOT = 256,
    OPT_LISTEN,
    OPT_TLS_CERT,
    OPT_TLS_KEY,
    OPT_CLIENT_CA,
    OPT_USER,
    OPT_STATE,
    OPT_REPORT,
    OPT_FAULTS,
    OPT_LIST_FAULTS,
    OPT_GENERATION,
    OPT_SPELLING,
    OPT_OFFLINE,
    OPT_OLDER_VERSION,
    OPT_MIN_CHUNK,
    OPT_LARGE_OFFSETS,
    OPT_TICKET_LIFETIME,
    OPT_HANDLER_LIFETIME,
    OPT_MAX_CONNECTIONS,
    OPT_MAX_DOCUMENT,
    OPT_FORBID_TYPE,
    OPT_TRYAGAIN,
    OPT_NO_FILEHEXCRC,
    OPT_NO_COMPRESSION,
    OPT_ZIP_MAX_BYTES,
    OPT_ZIP_MAX_COUNT,
    OPT_ALLOW_REMOTE,
    OPT_VDIR,
    OPT_VERBOSE,
    OPT_HELP,
    OPT_VERSION
};

static const struct option long_options[] = { { "root", required_argument, NULL,
                                                  OPT_ROOT },
    { "listen", required_argument, NULL, OPT_LISTEN },
    { "tls-cert", required_argument, NULL, OPT_TLS_CERT },
    { "tls-key", required_argument, NULL, OPT_TLS_KEY },
    { "client-ca", required_argument, NULL, OPT_CLIENT_CA },
    { "user", required_argument, NULL, OPT_USER },
    { "state", required_argument, NULL, OPT_STATE },
    { "report", required_argument, NULL, OPT_REPORT },
    { "faults", required_argument, NULL, OPT_FAULTS },
    { "list-faults", no_argument, NULL, OPT_LIST_FAULTS },
    { "generation", required_argument, NULL, OPT_GENERATION },
    { "spelling", required_argument, NULL, OPT_SPELLING },
    { "offline", required_argument, NULL, OPT_OFFLINE },
    { "older-version", required_argument, NULL, OPT_OLDER_VERSION },
    { "min-chunk-bytes", required_argument, NULL, OPT_MIN_CHUNK },
    { "large-offsets", no_argument, NULL, OPT_LARGE_OFFSETS },
    { "ticket-lifetime", required_argument, NULL, OPT_TICKET_LIFETIME },
    { "handler-lifetime", required_argument, NULL, OPT_HANDLER_LIFETIME },
    { "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS },
    { "max-document-bytes", required_argument, NULL, OPT_MAX_DOCUMENT },
    { "forbid-type", required_argument, NULL, OPT_FORBID_TYPE },
    { "tryagain", required_argument, NULL, OPT_TRYAGAIN },
    { "no-filehexcrc", no_argument, NULL, OPT_NO_FILEHEXCRC },
    { "no-compression", no_argument, NULL, OPT_NO_COMPRESSION },
    { "zip-max-bytes", required_argument, NULL, OPT_ZIP_MAX_BYTES },
    { "zip-max-count", required_argument, NULL, OPT_ZIP_MAX_COUNT },
    { "allow-remote", no_argument, NULL, OPT_ALLOW_REMOTE },
    { "vdir", required_argument, NULL, OPT_VDIR },
    { "verbose", no_argument, NULL, OPT_VERBOSE },
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION }, { NULL, 0, NULL, 0 } };

static const char help[] =
    "usage: ir-emulator --root DIR [option...]\n"
    "\n"
    "Serves the folder DIR as infoRouter's document web service would:\n"
    "DIR/Library/Folder/file is /Library/Folder/file.\n"
    "\n"
    "  --root DIR                 documents to serve\n"
    "  --listen HOST:PORT         default 127.0.0.1:0; port 0 is a free one\n"
    "  --allow-remote             permit a --listen that is not loopback\n"
    "  --vdir /NAME               serve /NAME/srv.asmx instead of /srv.asmx\n"
    "  --tls-cert FILE            PEM certificate chain: serve https\n"
    "  --tls-key FILE             its PEM key\n"
    "  --client-ca FILE           require client certificates of this CA\n"
    "  --user NAME:PASSWORD-FILE[:read-only|:admin]\n"
    "                             an account (repeatable); default demo, demo\n"
    "  --state DIR                keep ids, tickets and handlers here\n"
    "  --report FILE              write counts as JSON at exit\n"
    "  --faults FILE              misbehave by rules, ir-emulator-faults(5)\n"
    "  --list-faults              print the faults that rules may have\n"
    "  --generation modern|classic\n"
    "  --spelling any|documented|classic\n"
    "                             SOAP parameter names that are understood\n"
    "  --offline PATH             a document that is offline (repeatable)\n"
    "  --older-version PATH=FILE  an older content, oldest first (repeatable)\n"
    "  --forbid-type .EXT         names that no upload may have (repeatable)\n"
    "  --max-document-bytes N     default 78643200; 0 is no limit\n"
    "  --zip-max-bytes N          default 1073741824\n"
    "  --zip-max-count N          default 10000\n"
    "  --tryagain failure|success what comes with a chunk to be sent again\n"
    "  --no-filehexcrc            keep the checksum of an upload to itself\n"
    "  --no-compression           answer nothing as gzip, and take nothing so\n"
    "  --large-offsets            accept offsets beyond 2147483647\n"
    "  --min-chunk-bytes N        smallest chunk granted (for tests)\n"
    "  --ticket-lifetime SECONDS  default 2592000\n"
    "  --handler-lifetime SECONDS default 3600\n"
    "  --max-connections N        default 512\n"
    "  --verbose                  one line per request on stderr\n"
    "  --help, --version\n";

__attribute__((format(printf, 1, 2))) static bool
complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("ir-emulator: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

static bool
read_number(const char *name, const char *text, uint32_t lowest,
    uint32_t highest, uint32_t *out)
{
    char *end = NULL;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0
        || value < lowest || value > highest)
        return complain("--%s takes a number from %u to %u, not '%s'", name,
            lowest, highest, text);
    *out = (uint32_t)value;
    return true;
}

static bool
read_large_number(const char *name, const char *text, uint64_t *out)
{
    char *end = NULL;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0
        || value > INT64_MAX / 4)
        return complain("--%s takes a number of bytes, not '%s'", name, text);
    *out = value;
    return true;
}

/* One of 'words', which ends with NULL, as its index; -1 if it is none. */
static int
read_word(const char *name, const char *text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(text, words[i]) == 0)
            return i;
    }
    complain("--%s does not know '%s'", name, text);
    return -1;
}

static bool
read_listen(struct ir_settings *s, const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t n = colon == NULL ? 0 : (size_t)(colon - text);
    uint32_t port = 0;

    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    }
    if (n == 0 || n >= sizeof s->host)
        return complain("--listen takes HOST:PORT, not '%s'", text);
    if (!read_number("listen", colon + 1, 0, 65535, &port))
        return false;
    memcpy(s->host, host, n);
    s->host[n] = '\0';
    snprintf(s->port, sizeof s->port, "%u", port);
    return true;
}

/* The first line of the file, without its end. */
static char *
read_password(const char *file)
{
    char line[MAX_PASSWORD + 2];
    char *password = NULL;
    FILE *f = fopen(file, "re");

    if (f == NULL) {
        complain("cannot read '%s': %s", file, strerror(errno));
        return NULL;
    }
    setvbuf(f, NULL, _IONBF, 0);
    if (fgets(line, sizeof line, f) == NULL)
        line[0] = '\0';
    fclose(f);
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '\0' || strlen(line) > MAX_PASSWORD)
        complain("'%s' holds no password", file);
    else
        password = strdup(line);
    OPENSSL_cleanse(line, sizeof line);
    return password;
}

static bool
add_user(struct ir_settings *s, const char *name, size_t n, char *password,
    enum ir_right right)
{
    struct ir_user *users = realloc(s->users, (s->n_users + 1) * sizeof *users);

    if (users == NULL) {
        free(password);
        return complain("out of memory");
    }
    s->users = users;
    users[s->n_users].name = strndup(name, n);
    users[s->n_users].password = password;
    users[s->n_users].right = right;
    s->n_users++;
    return true;
}

/* Cut ":read-only" or ":admin" off the end. */
static enum ir_right
take_right(char *text)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text)
        return IR_RIGHT_CHANGE;
    if (strcmp(colon, ":read-only") == 0) {
        *colon = '\0';
        return IR_RIGHT_READ;
    }
    if (strcmp(colon, ":admin") == 0) {
        *colon = '\0';
        return IR_RIGHT_ADMIN;
    }
    return IR_RIGHT_CHANGE;
}

static bool
read_user(struct ir_settings *s, const char *text)
{
    const char *colon = strchr(text, ':');
    enum ir_right right;
    char *password;
    char *file;

    if (colon == NULL || colon == text || colon[1] == '\0')
        return complain("--user takes NAME:PASSWORD-FILE, not '%s'", text);
    file = strdup(colon + 1);
    if (file == NULL)
        return complain("out of memory");
    right = take_right(file);
    password = read_password(file);
    free(file);
    if (password == NULL)
        return false;
    return add_user(s, text, (size_t)(colon - text), password, right);
}

/* Add a text to a list of such. */
static bool
add_text(const char ***list, size_t *n, const char *text)
{
    const char **grown = realloc(*list, (*n + 1) * sizeof *grown);

    if (grown == NULL)
        return complain("out of memory");
    *list = grown;
    grown[(*n)++] = text;
    return true;
}

static bool
read_older(struct ir_settings *s, const char *text)
{
    const char *sign = strchr(text, '=');
    struct ir_older_version *older;

    if (sign == NULL || sign == text || sign[1] == '\0')
        return complain("--older-version takes PATH=FILE, not '%s'", text);
    older = realloc(s->older, (s->n_older + 1) * sizeof *older);
    if (older == NULL)
        return complain("out of memory");
    s->older = older;
    older[s->n_older].path = strndup(text, (size_t)(sign - text));
    older[s->n_older].file = strdup(sign + 1);
    s->n_older++;
    return true;
}

static bool
read_generation(struct ir_settings *s, const char *text)
{
    static const char *const words[] = { "modern", "classic", NULL };
    int i = read_word("generation", text, words);

    if (i < 0)
        return false;
    s->generation = i == 0 ? IR_MODERN : IR_CLASSIC;
    return true;
}

static bool
read_tryagain(struct ir_settings *s, const char *text)
{
    static const char *const words[] = { "failure", "success", NULL };
    int i = read_word("tryagain", text, words);

    if (i < 0)
        return false;
    s->tryagain_succeeds = i == 1;
    return true;
}

static bool
read_spelling(struct ir_settings *s, const char *text, bool *chosen)
{
    static const char *const words[] = { "any", "documented", "classic", NULL };
    static const enum ir_spelling values[] = { IR_SPELLING_ANY,
        IR_SPELLING_DOCUMENTED, IR_SPELLING_CLASSIC };
    int i = read_word("spelling", text, words);

    if (i < 0)
        return false;
    s->spelling = values[i];
    *chosen = true;
    return true;
}

static bool
read_option(struct ir_settings *s, int option, bool *spelling_chosen)
{
    switch (option) {
    case OPT_ROOT:
        s->root = optarg;
        return true;
    case OPT_LISTEN:
        return read_listen(s, optarg);
    case OPT_TLS_CERT:
        s->tls_cert = optarg;
        return true;
    case OPT_TLS_KEY:
        s->tls_key = optarg;
        return true;
    case OPT_CLIENT_CA:
        s->client_ca = optarg;
        return true;
    case OPT_USER:
        return read_user(s, optarg);
    case OPT_STATE:
        s->state = optarg;
        return true;
    case OPT_REPORT:
        s->report = optarg;
        return true;
    case OPT_FAULTS:
        s->faults = optarg;
        return true;
    case OPT_GENERATION:
        return read_generation(s, optarg);
    case OPT_SPELLING:
        return read_spelling(s, optarg, spelling_chosen);
    case OPT_OFFLINE:
        return add_text(&s->offline, &s->n_offline, optarg);
    case OPT_OLDER_VERSION:
        return read_older(s, optarg);
    case OPT_MIN_CHUNK:
        return read_number("min-chunk-bytes", optarg, 1, LARGEST_CHUNK,
            &s->min_chunk_bytes);
    case OPT_LARGE_OFFSETS:
        s->large_offsets = true;
        return true;
    case OPT_TICKET_LIFETIME:
        return read_number("ticket-lifetime", optarg, 1, 3650 * DAY_S,
            &s->ticket_lifetime_s);
    case OPT_HANDLER_LIFETIME:
        return read_number("handler-lifetime", optarg, 1, 3650 * DAY_S,
            &s->handler_lifetime_s);
    case OPT_MAX_CONNECTIONS:
        return read_number("max-connections", optarg, 1, 65536,
            &s->max_connections);
    case OPT_MAX_DOCUMENT:
        return read_large_number("max-document-bytes", optarg,
            &s->max_document_bytes);
    case OPT_FORBID_TYPE:
        return add_text(&s->forbidden, &s->n_forbidden, optarg);
    case OPT_TRYAGAIN:
        return read_tryagain(s, optarg);
    case OPT_NO_FILEHEXCRC:
        s->no_filehexcrc = true;
        return true;
    case OPT_NO_COMPRESSION:
        s->no_compression = true;
        return true;
    case OPT_ZIP_MAX_BYTES:
        return read_large_number("zip-max-bytes", optarg, &s->zip_max_bytes);
    case OPT_ZIP_MAX_COUNT:
        return read_number("zip-max-count", optarg, 1, 1000000,
            &s->zip_max_count);
    case OPT_ALLOW_REMOTE:
        s->remote_allowed = true;
        return true;
    case OPT_VDIR:
        s->vdir = optarg;
        return true;
    case OPT_VERBOSE:
        s->verbose = true;
        return true;
    default:
        return false;
    }
}

static bool
is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool
is_vdir(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

    return text[0] == '/' && text[strspn(text, allowed)] == '\0'
        && text[strlen(text) - 1] != '/' && strlen(text) < 128;
}

/* Whatever can only be judged when all options are known. */
static bool
check(struct ir_settings *s, bool spelling_chosen)
{
    if (s->root == NULL)
        return complain("--root is missing; see --help");
    if ((s->tls_cert == NULL) != (s->tls_key == NULL))
        return complain("--tls-cert and --tls-key go together");
    if (s->client_ca != NULL && s->tls_cert == NULL)
        return complain("--client-ca needs --tls-cert");
    if (!s->remote_allowed && !is_loopback(s->host))
        return complain("--listen %s is not loopback; add --allow-remote to "
                        "let others in",
            s->host);
    if (s->vdir[0] != '\0' && !is_vdir(s->vdir))
        return complain("--vdir takes /NAME, not '%s'", s->vdir);
    if (!spelling_chosen && s->generation == IR_CLASSIC)
        s->spelling = IR_SPELLING_CLASSIC;
    if (s->min_chunk_bytes == 0)
        s->min_chunk_bytes =
            s->generation == IR_CLASSIC ? CLASSIC_MIN_CHUNK : MODERN_MIN_CHUNK;
    if (s->n_users == 0)
        return add_user(s, "demo", strlen("demo"), strdup("demo"),
            IR_RIGHT_CHANGE);
    return true;
}

enum ir_settings_result
ir_settings_parse(struct ir_settings *s, int argc, char **argv)
{
    bool spelling_chosen = false;
    int option;

    *s = (struct ir_settings){
        .host = "127.0.0.1",
        .port = "0",
        .vdir = "",
        .ticket_lifetime_s = TICKET_LIFETIME_S,
        .handler_lifetime_s = HANDLER_LIFETIME_S,
        .max_connections = MAX_CONNECTIONS,
        .max_document_bytes = MAX_DOCUMENT_BYTES,
        .zip_max_bytes = ZIP_MAX_BYTES,
        .zip_max_count = ZIP_MAX_COUNT,
    };
    for (;;) {
        option = getopt_long(argc, argv, "", long_options, NULL);
        if (option == -1)
            break;
        if (option == OPT_HELP) {
            fputs(help, stdout);
            return IR_SETTINGS_DONE;
        }
        if (option == OPT_VERSION) {
            puts("ir-emulator " IR_EMULATOR_VERSION);
            return IR_SETTINGS_DONE;
        }
        if (option == OPT_LIST_FAULTS) {
            ir_faultkinds_list();
            return IR_SETTINGS_DONE;
        }
        if (!read_option(s, option, &spelling_chosen))
            return IR_SETTINGS_BAD;
    }
    if (optind < argc) {
        complain("'%s' is no option; see --help", argv[optind]);
        return IR_SETTINGS_BAD;
    }
    return check(s, spelling_chosen) ? IR_SETTINGS_RUN : IR_SETTINGS_BAD;
}

const struct ir_user *
ir_settings_user(const struct ir_settings *s, const char *name)
{
    size_t i = 0;

    while (i + 1 < s->n_users && strcasecmp(s->users[i].name, name) != 0)
        i++;
    return &s->users[i];
}

void
ir_settings_clear(struct ir_settings *s)
{
    for (size_t i = 0; i < s->n_users; i++) {
        if (s->users[i].password != NULL)
            OPENSSL_cleanse(s->users[i].password, strlen(s->users[i].password));
        free(s->users[i].password);
        free(s->users[i].name);
    }
    for (size_t i = 0; i < s->n_older; i++) {
        free(s->older[i].path);
        free(s->older[i].file);
    }
    free(s->users);
    free(s->older);
    free(s->offline);
    free(s->forbidden);
}
