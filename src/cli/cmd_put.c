/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir put: local files, or standard input, into documents, or directories into
 * folders.  A file that fails does not keep the others from being sent. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "names.h"
#include "pool.h"
#include "send.h"
#include "tree_put.h"

struct item {
    const char *file; /* local, or "-" */
    char *path;       /* remote */
    const char *name; /* that the path took over from 'file'; NULL */
    int is_directory;
};

struct put {
    struct ir_work work;
    struct item *items;
    int n;
};

static void
put_file(struct ir_work *w, void *ctx)
{
    const struct item *item = ctx;
    struct ir_send s = { item->path, item->file, item->file };

    ir_send_document(w, &s);
}

static void
put(struct put *p, struct item *item)
{
    struct ir_task task = { put_file, NULL, item };
    struct ir_error e = { .status = IR_OK };

    if (item->name != NULL && ir_names_check_remote(item->name, &e) != IR_OK)
        ir_pool_fail(&p->work, item->path, &e);
    else if (item->is_directory)
        ir_tree_put(&p->work, item->file, item->path);
    else
        ir_pool_add(&p->work, &task);
}

/* ---- Plan -------------------------------------------------------------- */

static int
ends_with_slash(const char *path)
{
    size_t n = strlen(path);

    return n == 0 || path[n - 1] == '/';
}

/* The item keeps its name in the folder 'remote'. */
static enum ir_status
plan_name(struct item *item, const char *remote, struct ir_error *e)
{
    char *file = strdup(item->file);
    const char *name;
    size_t n;

    if (file == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    n = strlen(file);
    while (item->is_directory && n > 0 && file[n - 1] == '/')
        file[--n] = '\0';
    name = strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
    if (!ir_names_is_segment(name)) {
        ir_fault_set(e, IR_E_ARGUMENT, "'%s' does not end in a name for a %s",
            item->file, item->is_directory ? "folder" : "document");
    } else {
        item->path = ir_names_join(remote, name);
        item->name = item->path == NULL ? NULL : ir_names_last(item->path);
    }
    free(file);
    return e->status;
}

static enum ir_status
plan(const struct put *p, struct item *item, const char *remote,
    struct ir_error *e)
{
    struct stat st;

    item->is_directory = !ir_send_is_stdin(item->file)
        && stat(item->file, &st) == 0 && S_ISDIR(st.st_mode);
    if (item->is_directory
        && !ir_options_get(p->work.settings, IR_OPTION_RECURSIVE, 0))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "'%s' is a directory: -r sends it with all that is in it",
            item->file);
    if (!ends_with_slash(remote))
        item->path = strdup(remote);
    else if (ir_send_is_stdin(item->file))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "standard input has no name: %s needs one at its end", remote);
    else if (plan_name(item, remote, e) != IR_OK)
        return e->status;
    if (item->path == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

static int
by_path(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* Two files as one document would leave but the last. */
static enum ir_status
check_paths(const struct put *p, struct ir_error *e)
{
    const char **paths = calloc((size_t)p->n, sizeof *paths);

    if (paths == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (int i = 0; i < p->n; i++)
        paths[i] = p->items[i].path;
    qsort(paths, (size_t)p->n, sizeof *paths, by_path);
    for (int i = 1; i < p->n; i++) {
        if (strcmp(paths[i - 1], paths[i]) == 0)
            ir_fault_set(e, IR_E_ARGUMENT, "two files would be stored as %s",
                paths[i]);
    }
    free(paths);
    return e->status;
}

/* The last operand is where the others go. */
static enum ir_status
plan_all(struct put *p, struct ir_error *e)
{
    const struct ir_settings *s = p->work.settings;
    const char *remote = s->operands[p->n];

    if (p->n > 1 && !ends_with_slash(remote))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: %d files need a folder, which ends with '/'", remote, p->n);
    p->items = calloc((size_t)p->n, sizeof *p->items);
    if (p->items == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (int i = 0; i < p->n; i++) {
        struct item *item = &p->items[i];

        item->file = s->operands[i];
        if (plan(p, item, remote, e) != IR_OK)
            return e->status;
        if (ir_send_is_stdin(item->file)
            && ir_options_get(s, IR_OPTION_PASSWORD_STDIN, 0))
            return ir_fault_set(e, IR_E_ARGUMENT,
                "--password-stdin: standard input is the document");
    }
    return check_paths(p, e);
}

/* As many files at a time as there are connections. */
static enum ir_status
prepare(struct put *p, struct ir_error *e)
{
    const struct ir_settings *s = p->work.settings;
    int n = ir_pool_wish(s);

    if (plan_all(p, e) != IR_OK)
        return e->status;
    if (ir_session_open(&p->work.session, s, p->work.out) != IR_OK) {
        *e = p->work.session.error;
        return e->status;
    }
    if (!ir_options_get(s, IR_OPTION_RECURSIVE, 0) && p->n < n)
        n = p->n;
    return ir_pool_open(&p->work, n, e);
}

int
ir_cmd_put(const struct ir_settings *s, struct ir_output *out)
{
    struct put p = { .n = s->n_operands - 1 };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_work_init(&p.work, s, out);
    if (prepare(&p, &e) == IR_OK) {
        for (int i = 0; i < p.n && !ir_tally_must_stop(&p.work.tally); i++)
            put(&p, &p.items[i]);
        ir_pool_close(&p.work);
        if (ir_options_get(s, IR_OPTION_RECURSIVE, 0))
            ir_work_summary(&p.work);
        code = ir_tally_exit(&p.work.tally);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&p.work.session);
    for (int i = 0; p.items != NULL && i < p.n; i++)
        free(p.items[i].path);
    free(p.items);
    return code;
}
