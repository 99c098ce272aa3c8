/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * New folders. */
#include "folders.h"

#include "names.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lengthen 'real' by a name. */
static bool
join(char real[IR_PATH_SIZE], const char *name)
{
    size_t n = strlen(real);

    return snprintf(real + n, IR_PATH_SIZE - n, "/%s", name)
        < (int)(IR_PATH_SIZE - n);
}

/* Go to the folder 'name' in 'real'; false if there is none.  'is_taken' tells
 * that a document has the name. */
static bool
enter(struct ir_emulator *e, char real[IR_PATH_SIZE], const char *name,
    bool *is_taken)
{
    char path[IR_PATH_SIZE];
    struct ir_entry entry;

    snprintf(path, sizeof path, "%s", real);
    *is_taken = false;
    if (!join(path, name) || !ir_tree_find(e->tree, path, &entry))
        return false;
    *is_taken = !entry.is_folder;
    if (entry.is_folder)
        snprintf(real, IR_PATH_SIZE, "%s", entry.path);
    return entry.is_folder;
}

static enum ir_refusal
make(struct ir_emulator *e, char real[IR_PATH_SIZE], const char *name)
{
    int folder = ir_tree_folder(e->tree, real);
    bool ok;

    if (folder < 0)
        return IR_NO_FOLDER;
    ok = mkdirat(folder, name, 0777) == 0;
    close(folder);
    return ok && join(real, name) ? IR_GRANTED : IR_BROKEN;
}

/* One step down, over a folder that there is or one that is made. */
static enum ir_refusal
step(struct ir_emulator *e, char real[IR_PATH_SIZE], const char *name,
    bool *is_made)
{
    char clean[IR_NAME_SIZE];
    bool is_taken;

    *is_made = false;
    if (enter(e, real, name, &is_taken))
        return IR_GRANTED;
    if (!is_taken && !ir_names_clean(name, clean))
        return IR_NAME_FORMAT;
    if (!is_taken && enter(e, real, clean, &is_taken))
        return IR_GRANTED;
    if (is_taken)
        return IR_NAME_TAKEN;
    *is_made = true;
    return make(e, real, clean);
}

enum ir_refusal
ir_folders_make(struct ir_emulator *e, const char *path,
    char real[IR_PATH_SIZE])
{
    enum ir_refusal refusal = IR_GRANTED;
    bool is_made = false;
    size_t depth = 0;

    real[0] = '\0';
    ir_tree_own(e->tree);
    while (refusal == IR_GRANTED) {
        char name[IR_PATH_SIZE];
        bool ignored;
        size_t n;

        path += strspn(path, "/\\");
        n = strcspn(path, "/\\");
        if (n == 0)
            break;
        if (n >= sizeof name) {
            refusal = IR_PATH_FORMAT;
            break;
        }
        snprintf(name, sizeof name, "%.*s", (int)n, path);
        path += n;
        if (depth++ > 0)
            refusal = step(e, real, name, &is_made);
        else if (!enter(e, real, name, &ignored))
            refusal = IR_NO_LIBRARY;
    }
    ir_tree_release(e->tree);
    if (refusal == IR_GRANTED && depth < 2)
        return IR_PATH_FORMAT;
    if (refusal == IR_GRANTED && !is_made)
        return IR_NAME_TAKEN;
    return refusal;
}
