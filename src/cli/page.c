/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A control character before the lines says which stream they are for. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#define FOR_STDOUT '\1'
#define FOR_STDERR '\2'

void
ir_page_init(struct ir_page *p)
{
    memset(p, 0, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
}

static void
empty(struct ir_page *p)
{
    if (p->stream != NULL && fclose(p->stream) != 0)
        p->is_torn = 1;
    free(p->text);
    p->stream = NULL;
    p->text = NULL;
}

void
ir_page_clear(struct ir_page *p)
{
    empty(p);
    pthread_mutex_destroy(&p->lock);
}

FILE *
ir_page_begin(struct ir_page *p, FILE *to)
{
    pthread_mutex_lock(&p->lock);
    if (p->stream == NULL)
        p->stream = open_memstream(&p->text, &p->n);
    if (p->stream != NULL) {
        putc(to == stderr ? FOR_STDERR : FOR_STDOUT, p->stream);
        return p->stream;
    }
    p->is_torn = 1;
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void
ir_page_end(struct ir_page *p)
{
    pthread_mutex_unlock(&p->lock);
}

int
ir_page_is_read(struct ir_page *p)
{
    int is_read;

    pthread_mutex_lock(&p->lock);
    is_read = p->is_read;
    pthread_mutex_unlock(&p->lock);
    return is_read;
}

int
ir_page_is_empty(struct ir_page *p)
{
    int is_empty;

    pthread_mutex_lock(&p->lock);
    is_empty = p->stream == NULL;
    pthread_mutex_unlock(&p->lock);
    return is_empty;
}

static void
print(const char *text, size_t n)
{
    static const char marks[] = { FOR_STDOUT, FOR_STDERR, '\0' };

    while (n > 0) {
        FILE *to = *text == FOR_STDERR ? stderr : stdout;
        size_t length = 1 + strcspn(text + 1, marks);

        fwrite(text + 1, 1, length - 1, to);
        fflush(to);
        text += length;
        n -= length;
    }
}

int
ir_page_read(struct ir_page *p)
{
    int is_whole;

    pthread_mutex_lock(&p->lock);
    p->is_read = 1;
    if (p->stream != NULL && fflush(p->stream) == 0)
        print(p->text, p->n);
    empty(p);
    is_whole = !p->is_torn;
    pthread_mutex_unlock(&p->lock);
    return is_whole;
}
