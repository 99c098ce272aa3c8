/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "names.h"
#include "session.h"
#include "tally.h"

/* Is 'output' a file, a directory, or a directory to be made? */
static enum ir_status
place(struct ir_targets *t, struct ir_error *e)
{
    const char *output = t->output;
    struct stat st;

    if (output == NULL) {
        t->directory = ".";
        return IR_OK;
    }
    if (strcmp(output, "-") != 0) {
        int exists = stat(output, &st) == 0;

        if (output[strlen(output) - 1] == '/' || t->recursive) {
            t->directory = output;
            t->create_directory = !exists;
        } else if (exists && S_ISDIR(st.st_mode)) {
            t->directory = output;
        }
    }
    if (t->recursive && t->directory == NULL)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "-o -: -r needs a directory to write to");
    if (t->n > 1 && t->directory == NULL)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "-o %s: %d documents need a directory, which exists or ends "
            "with '/'",
            output, t->n);
    return IR_OK;
}

static enum ir_status
put(const struct ir_targets *t, struct ir_target *target, const char *name,
    struct ir_error *e)
{
    target->is_stdout =
        t->directory == NULL && strcmp(t->output, "-") == 0;
    if (t->directory == NULL)
        target->file = strdup(t->output);
    else if (t->output == NULL)
        target->file = strdup(name);
    else
        target->file = ir_names_join(t->directory, name);
    if (target->file == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

/* Of a folder, which may be written with slashes at its end; nothing but
 * slashes is all there is. */
static enum ir_status
plan_folder(struct ir_targets *t, struct ir_target *target, struct ir_error *e)
{
    char *path = strdup(target->path);
    size_t n = path == NULL ? 0 : strlen(path);
    const char *name;

    while (n > 0 && (path[n - 1] == '/' || path[n - 1] == '\\'))
        path[--n] = '\0';
    name = n == 0 ? NULL : ir_names_last(path);
    if (path == NULL) {
        ir_fault_set(e, IR_E_MEMORY, "out of memory");
    } else if (name != NULL) {
        put(t, target, name, e);
    } else if (n > 0) {
        ir_fault_set(e, IR_E_ARGUMENT,
            "'%s' does not end in the name of a folder or document",
            target->path);
    } else if (t->n > 1) {
        ir_fault_set(e, IR_E_ARGUMENT,
            "'%s' is everything, and goes with nothing else", target->path);
    } else {
        target->path = "/";
        target->file = strdup(t->directory);
        if (target->file == NULL)
            ir_fault_set(e, IR_E_MEMORY, "out of memory");
    }
    free(path);
    return e->status;
}

static enum ir_status
plan(struct ir_targets *t, struct ir_target *target, struct ir_error *e)
{
    const char *name = ir_names_last(target->path);

    if (t->directory != NULL && ir_names_is_id(target->path))
        return IR_OK;
    if (t->recursive)
        return plan_folder(t, target, e);
    if (t->directory != NULL && name == NULL)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "'%s' does not end in the name of a document", target->path);
    return put(t, target, name, e);
}

enum ir_status
ir_targets_init(struct ir_targets *t, char **paths, struct ir_error *e)
{
    t->of = calloc((size_t)t->n, sizeof *t->of);
    if (t->of == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (place(t, e) != IR_OK)
        return e->status;
    for (int i = 0; i < t->n; i++) {
        t->of[i].path = paths[i];
        if (plan(t, &t->of[i], e) != IR_OK)
            break;
    }
    return e->status;
}

/* Give a target the name that the server suggests, NULL included. */
static enum ir_status
take_name(const struct ir_targets *t, struct ir_target *target,
    const char *name, struct ir_error *e)
{
    if (name == NULL || *name == '\0')
        return ir_fault_set(e, IR_E_ARGUMENT,
            "the server suggests no name: use -o FILE");
    if (!ir_names_is_safe(name))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "the name that the server suggests is not safe to use (%.300s): "
            "use -o FILE",
            name);
    return put(t, target, name, e);
}

static int
by_file(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* Is 'part' the file in which 'file' grows until it is complete? */
static int
is_part_of(const char *file, const char *part)
{
    size_t n = strlen(file);

    return strncmp(file, part, n) == 0 && (strcmp(part + n, ".part") == 0
        || strcmp(part + n, ".part.journal") == 0);
}

enum ir_status
ir_targets_check(const struct ir_targets *t, struct ir_error *e)
{
    const char **files = calloc((size_t)t->n, sizeof *files);
    size_t n = 0;

    if (files == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (int i = 0; i < t->n; i++) {
        if (t->of[i].file != NULL)
            files[n++] = t->of[i].file;
    }
    qsort(files, n, sizeof *files, by_file);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(files[i - 1], files[i]) == 0)
            ir_fault_set(e, IR_E_ARGUMENT,
                "two documents would be written to %s", files[i]);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (is_part_of(files[i], files[j]))
                ir_fault_set(e, IR_E_ARGUMENT, "%s is where %s grows", files[j],
                    files[i]);
        }
    }
    free(files);
    return e->status;
}

enum ir_status
ir_targets_ask(struct ir_targets *t, struct ir_session *session,
    struct ir_tally *tally, struct ir_error *e)
{
    int64_t version =
        ir_options_get(session->settings, IR_OPTION_DOC_VERSION, 0);
    int n_named = 0;

    for (int i = 0; i < t->n && !ir_tally_must_stop(tally); i++) {
        struct ir_target *target = &t->of[i];
        struct ir_error problem = { .status = IR_OK };
        struct ir_document document;

        if (target->file != NULL)
            continue;
        if (ir_get_document(session->client, target->path, version, &document)
            != IR_OK)
            problem = *ir_client_error(session->client);
        else
            take_name(t, target, document.name, &problem);
        target->failed = problem.status != IR_OK;
        if (target->failed)
            ir_tally_fail(tally, target->path, &problem);
        else
            n_named++;
    }
    return n_named == 0 ? IR_OK : ir_targets_check(t, e);
}

enum ir_status
ir_targets_create(const struct ir_targets *t, struct ir_error *e)
{
    if (t->create_directory && mkdir(t->directory, 0777) != 0
        && errno != EEXIST)
        return ir_fault_set_errno(e, errno, "cannot create the directory %s",
            t->directory);
    return IR_OK;
}

void
ir_targets_clear(struct ir_targets *t)
{
    for (int i = 0; t->of != NULL && i < t->n; i++)
        free(t->of[i].file);
    free(t->of);
    memset(t, 0, sizeof *t);
}
