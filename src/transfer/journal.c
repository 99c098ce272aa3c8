/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 *     inforouter-journal 1
 *     url https://dms.example/srv.asmx
 *     path /Library/Folder/Name
 *     version 0
 *     size 524297
 *     crc32 5D1C07AA
 *     chunk 262144
 *     handler c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e44
 *     done 0 262144 1A2B3C4D
 *
 * Chunks stand in the order in which they came: over several connections one
 * may come before those in front of it.
 *
 * Blanks and control characters of a text are written as %20; a crc32 or
 * handler that there is not, as -.  A line without its end was being written
 * when the process ended, and is ignored. */
#include "transfer/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/client.h"
#include "transfer/file.h"

#define MODE (S_IRUSR | S_IWUSR)
#define LINE_BYTES 16384
#define BLOCK_BYTES 65536
static const char magic[] = "inforouter-journal 1";
static const char suffix[] = ".journal";

/* ---- Opening ----------------------------------------------------------- */

/* Is it a journal, or what a crash left of one: nothing, or zeros? */
static int
has_magic(int fd)
{
    char head[sizeof magic];
    ssize_t n = pread(fd, head, sizeof head, 0);

    if (n < 0)
        return 0;
    for (ssize_t i = 0; i < n; i++)
        if (head[i] != (magic[i] == '\0' ? '\n' : magic[i])
            && head[i] != '\0')
            return 0;
    return 1;
}

static int
is_ours(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && st.st_uid == geteuid() && st.st_nlink <= 1
        && (st.st_mode & 07777) == MODE && has_magic(fd);
}

void
ir_journal_open(struct ir_journal *j, int dir_fd, const char *part)
{
    memset(j, 0, sizeof *j);
    j->dir_fd = dir_fd;
    j->fd = -1;
    if (strlen(part) + sizeof suffix > sizeof j->name)
        return;
    snprintf(j->name, sizeof j->name, "%s%s", part, suffix);
    j->fd = openat(dir_fd, j->name,
        O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (j->fd >= 0 && !is_ours(j->fd)) {
        ir_journal_close(j);
        j->name[0] = '\0'; /* somebody's file */
    }
}

/* A file of its own: another process may still hold the one before. */
static void
create(struct ir_journal *j)
{
    if (j->fd >= 0) {
        unlinkat(j->dir_fd, j->name, 0);
        ir_journal_close(j);
    }
    if (j->name[0] == '\0')
        return;
    j->fd = openat(j->dir_fd, j->name,
        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
    if (j->fd >= 0 && fchmod(j->fd, MODE) != 0) {
        unlinkat(j->dir_fd, j->name, 0);
        ir_journal_close(j);
    }
}

/* ---- Writing ----------------------------------------------------------- */

static enum ir_status
append(struct ir_journal *j, const char *text, size_t n, struct ir_error *e)
{
    if (ir_file_append(j->fd, text, n) != 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot write %s",
            j->name);
    return IR_OK;
}

static const char *
or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

enum ir_status
ir_journal_start(struct ir_journal *j, const struct ir_journal_key *key,
    const struct ir_handler *handler, struct ir_error *e)
{
    const struct ir_document *d = &handler->document;
    char url[4096];
    char path[12288];
    char crc32[9] = "-";
    char text[LINE_BYTES + 512];
    int n;

    create(j);
    if (j->fd < 0)
        return IR_OK;
    if (ir_journal_escape(key->url, url, sizeof url) == 0
        || ir_journal_escape(key->path, path, sizeof path) == 0) {
        ir_journal_remove(j);
        return IR_OK;
    }
    if (d->has_crc32)
        ir_crc32_format(d->crc32, crc32);
    n = snprintf(text, sizeof text, "%s\nurl %s\npath %s\nversion %" PRId64
        "\nsize %" PRIu64 "\ncrc32 %s\nchunk %" PRIu64 "\nhandler %s\n",
        magic, url, path, key->version, d->size_bytes, crc32,
        handler->chunk_bytes, or_dash(handler->id));
    return append(j, text, (size_t)n, e);
}

enum ir_status
ir_journal_handler(struct ir_journal *j, const char *id, struct ir_error *e)
{
    char line[96];
    int n = snprintf(line, sizeof line, "handler %s\n", or_dash(id));

    return j->fd < 0 ? IR_OK : append(j, line, (size_t)n, e);
}

enum ir_status
ir_journal_add(struct ir_journal *j, const struct ir_chunk *chunk,
    struct ir_error *e)
{
    char line[96];
    int n = snprintf(line, sizeof line, "done %" PRIu64 " %" PRIu64
        " %" PRIX32 "\n", chunk->offset, chunk->length, chunk->crc32);

    return j->fd < 0 ? IR_OK : append(j, line, (size_t)n, e);
}

/* ---- Texts ------------------------------------------------------------- */

size_t
ir_journal_escape(const char *text, char *to, size_t size)
{
    size_t n = 0;

    if (size == 0)
        return 0;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (n + 4 > size)
            return 0;
        if (c <= ' ' || c == '%' || c == 0x7F)
            n += (size_t)snprintf(to + n, 4, "%%%02X", c);
        else
            to[n++] = (char)c;
    }
    to[n] = '\0';
    return n;
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
ir_journal_unescape(const char *text, char *to, size_t size)
{
    size_t n = 0;

    if (size == 0)
        return 0;
    while (*text != '\0' && n + 1 < size) {
        int high = *text == '%' ? digit(text[1]) : -1;
        int low = high < 0 ? -1 : digit(text[2]);

        if (*text == '%' && (low < 0 || high + low == 0))
            break;
        to[n++] = *text == '%' ? (char)(high * 16 + low) : *text;
        text += *text == '%' ? 3 : 1;
    }
    to[*text == '\0' ? n : 0] = '\0';
    return *text == '\0';
}

/* ---- Reading ----------------------------------------------------------- */

/* The reader: one line at a time, and what has been understood. */
struct reader {
    FILE *file;
    struct ir_client *c; /* may be cancelled */
    int part_fd; /* -1: what is claimed counts, unchecked */
    struct ir_journal_state *state;
    off_t end; /* of what has been understood */
    char line[LINE_BYTES];
};

/* The next whole line, without its end; NULL if there is none. */
static const char *
next_line(struct reader *r)
{
    size_t n;

    if (fgets(r->line, sizeof r->line, r->file) == NULL)
        return NULL;
    n = strlen(r->line);
    if (n == 0 || r->line[n - 1] != '\n')
        return NULL;
    r->line[n - 1] = '\0';
    return r->line;
}

/* The line of now has been understood. */
static void
keep_line(struct reader *r)
{
    r->end = ftello(r->file);
}

/* The value of the next line, which must begin with 'word'. */
static const char *
next_value(struct reader *r, const char *word)
{
    const char *line = next_line(r);
    size_t n = strlen(word);

    return line != NULL && strncmp(line, word, n) == 0 && line[n] == ' '
        ? line + n + 1 : NULL;
}

/* A decimal number and the end behind it, a blank or the end of the line. */
static int
take_number(const char **text, uint64_t *number)
{
    const char *s = *text;
    size_t n = strspn(s, "0123456789");

    if (n == 0 || n > 18 || (s[n] != '\0' && s[n] != ' '))
        return 0;
    *number = strtoull(s, NULL, 10);
    *text = s + n + (s[n] == ' ');
    return 1;
}

static int
is_number(struct reader *r, const char *word, uint64_t *number)
{
    const char *value = next_value(r, word);

    return value != NULL && take_number(&value, number) && *value == '\0';
}

static int
is_same(struct reader *r, const char *word, const char *text)
{
    char escaped[LINE_BYTES];
    const char *value = next_value(r, word);

    return value != NULL && ir_journal_escape(text, escaped, sizeof escaped) > 0
        && strcmp(value, escaped) == 0;
}

/* The lines of a key, which may be NULL for any. */
static int
is_key(struct reader *r, const struct ir_journal_key *key)
{
    uint64_t version;

    if (key == NULL)
        return next_value(r, "url") != NULL && next_value(r, "path") != NULL
            && is_number(r, "version", &version);
    return is_same(r, "url", key->url) && is_same(r, "path", key->path)
        && is_number(r, "version", &version)
        && version == (uint64_t)key->version;
}

/* "-", or what is no handler, is none: it is staged again. */
static int
take_handler(struct reader *r, const char *id)
{
    size_t n = strlen(id);

    if (n == 0 || n >= sizeof r->state->handler.id)
        return 0;
    if (strcmp(id, "-") == 0 || !ir_call_is_handler(id))
        id = "";
    memcpy(r->state->handler.id, id, strlen(id) + 1);
    return 1;
}

static int
read_head(struct reader *r, const struct ir_journal_key *key)
{
    struct ir_handler *h = &r->state->handler;
    const char *line = next_line(r);

    if (line == NULL || strcmp(line, magic) != 0 || !is_key(r, key)
        || !is_number(r, "size", &h->document.size_bytes))
        return 0;
    line = next_value(r, "crc32");
    if (line == NULL)
        return 0;
    h->document.has_crc32 = strcmp(line, "-") != 0;
    if (h->document.has_crc32
        && ir_crc32_parse(line, &h->document.crc32) != IR_CRC32_OK)
        return 0;
    h->document.version = -1;
    return is_number(r, "chunk", &h->chunk_bytes) && h->chunk_bytes > 0
        && h->chunk_bytes <= INT32_MAX
        && (line = next_value(r, "handler")) != NULL && take_handler(r, line);
}

/* Do 'length' bytes at 'offset' of the .part file have this CRC? */
static int
is_on_disk(const struct reader *r, uint64_t offset, uint64_t length,
    uint32_t crc32)
{
    char block[BLOCK_BYTES];
    uint32_t found = 0;

    while (length > 0) {
        size_t n = length < sizeof block ? (size_t)length : sizeof block;
        ssize_t got = pread(r->part_fd, block, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || ir_wire_wait(r->c->wire, 0) != IR_OK)
            return 0;
        found = ir_crc32(found, block, (size_t)got);
        offset += (uint64_t)got;
        length -= (uint64_t)got;
    }
    return found == crc32;
}

const struct ir_chunk *
ir_journal_ahead(const struct ir_journal_state *s, uint64_t offset)
{
    for (int i = 0; i < s->n_ahead; i++)
        if (s->ahead[i].offset == offset)
            return &s->ahead[i];
    return NULL;
}

uint64_t
ir_journal_gap(const struct ir_journal_state *s, uint64_t offset)
{
    uint64_t gap = UINT64_MAX;

    for (int i = 0; i < s->n_ahead; i++)
        if (s->ahead[i].offset > offset && s->ahead[i].offset - offset < gap)
            gap = s->ahead[i].offset - offset;
    return gap;
}

uint64_t
ir_journal_parts(const struct ir_journal_state *s, uint64_t offset,
    uint64_t chunk_bytes)
{
    uint64_t n = 0;
    int is_part = 0;

    for (int i = 0; i < s->n_ahead; i++) {
        const struct ir_chunk *chunk = &s->ahead[i];
        uint64_t left = chunk->file_length - chunk->offset;

        if (chunk->offset < offset)
            continue;
        n += chunk->length;
        is_part |= (chunk->offset - offset) % chunk_bytes != 0
            || chunk->length != (left < chunk_bytes ? left : chunk_bytes);
    }
    return is_part ? n : 0;
}

uint64_t
ir_journal_done(const struct ir_journal_state *s)
{
    uint64_t n = s->offset;

    for (int i = 0; i < s->n_ahead; i++)
        n += s->ahead[i].length;
    return n;
}

uint64_t
ir_journal_end(const struct ir_journal_state *s)
{
    uint64_t end = s->offset;

    for (int i = 0; i < s->n_ahead; i++)
        if (s->ahead[i].offset + s->ahead[i].length > end)
            end = s->ahead[i].offset + s->ahead[i].length;
    return end;
}

/* What adjoins those before it. */
static void
append_chunk(struct ir_journal_state *s, const struct ir_chunk *chunk)
{
    s->crc32 = ir_crc32_combine(s->crc32, chunk->crc32, chunk->length);
    s->offset += chunk->length;
    s->n_chunks++;
}

/* Those ahead that are not any more. */
static void
close_up(struct ir_journal_state *s)
{
    const struct ir_chunk *next = ir_journal_ahead(s, s->offset);

    for (; next != NULL; next = ir_journal_ahead(s, s->offset))
        append_chunk(s, next);
    for (int i = s->n_ahead - 1; i >= 0; i--)
        if (s->ahead[i].offset < s->offset)
            s->ahead[i] = s->ahead[--s->n_ahead];
}

/* A chunk counts if it is still there, and once if it was fetched twice. */
static int
take_done(struct reader *r, const char *value)
{
    struct ir_journal_state *s = r->state;
    struct ir_chunk chunk = { .file_length = s->handler.document.size_bytes };

    if (!take_number(&value, &chunk.offset)
        || !take_number(&value, &chunk.length)
        || ir_crc32_parse(value, &chunk.crc32) != IR_CRC32_OK)
        return 0;
    if (chunk.offset > chunk.file_length || chunk.length == 0
        || chunk.length > chunk.file_length - chunk.offset)
        return 0;
    if (chunk.offset < s->offset || ir_journal_ahead(s, chunk.offset) != NULL)
        return 1;
    if (s->n_ahead == IR_JOURNAL_AHEAD
        || (r->part_fd >= 0 && !is_on_disk(r, chunk.offset, chunk.length,
                chunk.crc32)))
        return 0;
    s->ahead[s->n_ahead++] = chunk;
    close_up(s);
    return 1;
}

/* As far as everything is right. */
static void
read_chunks(struct reader *r)
{
    const char *line;
    int is_good;

    do {
        keep_line(r);
        line = next_line(r);
        if (line != NULL && strncmp(line, "handler ", 8) == 0)
            is_good = take_handler(r, line + 8);
        else
            is_good = line != NULL && strncmp(line, "done ", 5) == 0
                && take_done(r, line + 5);
    } while (is_good);
}

/* A reader at the begin of the journal 'fd', which becomes its own; NULL and
 * errno if that cannot be. */
static struct reader *
open_reader(int fd, struct ir_journal_state *state)
{
    struct reader *r = malloc(sizeof *r);

    memset(state, 0, sizeof *state);
    if (r != NULL && lseek(fd, 0, SEEK_SET) == 0) {
        r->part_fd = -1;
        r->state = state;
        r->end = 0;
        r->file = fdopen(fd, "r");
        if (r->file != NULL)
            return r;
    }
    close(fd);
    free(r);
    return NULL;
}

static void
close_reader(struct reader *r)
{
    fclose(r->file);
    free(r);
}

/* What does not count is dropped, so that what follows stands on whole lines;
 * the journal of another download stays until this one begins. */
enum ir_status
ir_journal_read(struct ir_journal *j, struct ir_client *c, int part_fd,
    const struct ir_journal_key *key, struct ir_journal_state *state)
{
    struct reader *r;
    int copy;

    memset(state, 0, sizeof *state);
    if (j->fd < 0)
        return IR_OK;
    copy = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
    r = copy < 0 ? NULL : open_reader(copy, state);
    if (r == NULL)
        return ir_error_set_errno(&c->error,
            errno == ENOMEM ? IR_E_MEMORY : IR_E_IO, errno, "cannot read %s",
            j->name);
    r->c = c;
    r->part_fd = part_fd;
    if (read_head(r, key))
        read_chunks(r);
    if (c->error.status == IR_OK && ir_journal_done(state) > 0
        && (ftruncate(j->fd, r->end) != 0
            || lseek(j->fd, r->end, SEEK_SET) < 0)) {
        state->offset = 0;
        state->n_ahead = 0;
    }
    close_reader(r);
    return c->error.status;
}

/* ---- A look from outside ----------------------------------------------- */

/* The journal of the local file 'file' beside its .part file; -1 and errno. */
static int
open_beside(const char *file)
{
    char path[4096 + sizeof ".part.journal"];
    int fd;

    errno = ENAMETOOLONG;
    if (strlen(file) > 4096)
        return -1;
    snprintf(path, sizeof path, "%s.part", file);
    if (access(path, F_OK) != 0)
        return -1;
    snprintf(path, sizeof path, "%s.part%s", file, suffix);
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && !is_ours(fd)) {
        close(fd);
        errno = ENOENT;
        return -1;
    }
    return fd;
}

int
ir_journal_peek(const char *file, uint64_t *done_bytes, uint64_t *total_bytes)
{
    struct ir_journal_state state;
    int fd = open_beside(file);
    struct reader *r = fd < 0 ? NULL : open_reader(fd, &state);

    *done_bytes = 0;
    *total_bytes = 0;
    if (r == NULL)
        return errno == ENOMEM ? -1 : 0;
    if (read_head(r, NULL))
        read_chunks(r);
    close_reader(r);
    *done_bytes = ir_journal_done(&state);
    *total_bytes = state.handler.document.size_bytes;
    return *total_bytes > 0;
}

/* ---- Closing ----------------------------------------------------------- */

void
ir_journal_close(struct ir_journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
}

/* Not one that is known to be another process's, which put it in its place. */
void
ir_journal_remove(struct ir_journal *j)
{
    struct stat ours;
    struct stat named;

    if (j->fd < 0)
        return;
    if (fstat(j->fd, &ours) != 0
        || fstatat(j->dir_fd, j->name, &named, AT_SYMLINK_NOFOLLOW) != 0
        || (named.st_ino == ours.st_ino && named.st_dev == ours.st_dev))
        unlinkat(j->dir_fd, j->name, 0);
    ir_journal_close(j);
}
