/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The configuration file says where passwords go, so nobody else may have been
 * able to write it.  A key that nobody knows is an error in every section: a
 * typing error must not silently drop a setting. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

/* ---- Environment ------------------------------------------------------- */

/* chunk-size is IR_CHUNK_SIZE. */
static void
name_variable(char *to, size_t size, const char *option)
{
    snprintf(to, size, "IR_%s", option);
    for (; *to != '\0'; to++)
        *to = *to == '-' ? '_' : (char)toupper((unsigned char)*to);
}

enum ir_status
ir_config_environment(struct ir_settings *s, struct ir_error *e)
{
    for (int i = 0; i < IR_N_OPTIONS; i++) {
        const struct ir_option *o = &ir_options_table[i];
        char name[32];
        const char *value;

        if (o->farthest > IR_ORIGIN_ENVIRONMENT)
            continue;
        name_variable(name, sizeof name, o->name);
        value = getenv(name);
        if (value != NULL && *value != '\0')
            ir_options_set(s, (enum ir_option_id)i,
                (struct ir_setting_source){ IR_ORIGIN_ENVIRONMENT, name }, value, e);
    }
    return e->status;
}

/* ---- File -------------------------------------------------------------- */

struct file {
    struct ir_settings *s;
    const char *path;
    const char *profile;
    FILE *stream;
    int line;
    int profile_found;
    struct ir_error *error;
};

/* inih does not tell the number of a line, but it asks for one at a time. */
static char *
next_line(char *to, int size, void *ctx)
{
    struct file *f = ctx;

    if (fgets(to, size, f->stream) == NULL)
        return NULL;
    f->line++;
    if (strchr(to, '\n') == NULL && !feof(f->stream))
        ir_fault_set(f->error, IR_E_ARGUMENT,
            "%s:%d: the line is longer than %d bytes", f->path, f->line,
            size - 2);
    return to;
}

static int
find(const char *name)
{
    for (int i = 0; i < IR_N_OPTIONS; i++) {
        if (ir_options_table[i].farthest <= IR_ORIGIN_PROFILE
            && strcmp(ir_options_table[i].name, name) == 0)
            return i;
    }
    return -1;
}

static int
take(void *ctx, const char *section, const char *name, const char *value)
{
    struct file *f = ctx;
    int id = find(name);
    char where[512];

    snprintf(where, sizeof where, "%s:%d: %s", f->path, f->line, name);
    if (*section == '\0')
        ir_fault_set(f->error, IR_E_ARGUMENT, "%s: a [profile] must come first",
            where);
    else if (id < 0)
        ir_fault_set(f->error, IR_E_ARGUMENT, "%s: there is no such setting",
            where);
    if (strcmp(section, f->profile) != 0 || f->error->status != IR_OK)
        return 1;
    f->profile_found = 1;
    if (f->s->of[id].origin == IR_ORIGIN_PROFILE)
        ir_fault_set(f->error, IR_E_ARGUMENT, "%s: it is set twice", where);
    ir_options_set(f->s, (enum ir_option_id)id,
        (struct ir_setting_source){ IR_ORIGIN_PROFILE, where }, value, f->error);
    return 1;
}

/* The path in fresh memory; NULL if there is no home to look in. */
static char *
find_file(void)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *below = "";
    size_t size;
    char *path;

    if (base == NULL || *base != '/') {
        base = getenv("HOME");
        below = "/.config";
    }
    if (base == NULL || *base != '/')
        return NULL;
    size = strlen(base) + strlen(below) + sizeof "/inforouter/config";
    path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s%s/inforouter/config", base, below);
    return path;
}

static enum ir_status
check_owner(const struct file *f)
{
    struct stat st;

    if (fstat(fileno(f->stream), &st) != 0)
        return ir_fault_set(f->error, IR_E_ARGUMENT, "cannot look at %s: %s",
            f->path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return ir_fault_set(f->error, IR_E_ARGUMENT, "%s is not a regular file",
            f->path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return ir_fault_set(f->error, IR_E_ARGUMENT,
            "%s belongs to somebody else", f->path);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return ir_fault_set(f->error, IR_E_ARGUMENT,
            "%s can be written by others (chmod go-w)", f->path);
    return IR_OK;
}

static enum ir_status
read_profile(struct file *f)
{
    int problem;

    if (check_owner(f) != IR_OK)
        return f->error->status;
    problem = ini_parse_stream(next_line, f, take, f);
    if (ferror(f->stream))
        return ir_fault_set(f->error, IR_E_ARGUMENT, "cannot read %s", f->path);
    if (problem > 0)
        return ir_fault_set(f->error, IR_E_ARGUMENT,
            "%s:%d: neither [profile] nor setting = value", f->path, problem);
    if (problem < 0)
        return ir_fault_set(f->error, IR_E_MEMORY, "out of memory");
    return f->error->status;
}

enum ir_status
ir_config_file(struct ir_settings *s, struct ir_error *e)
{
    const char *profile = ir_options_text(s, IR_OPTION_PROFILE);
    char *path = find_file();
    struct file f = { .s = s, .path = path, .error = e };
    int fd = -1;

    f.profile = profile == NULL ? "default" : profile;
    if (path != NULL)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0)
        f.stream = fdopen(fd, "r");
    if (f.stream != NULL)
        read_profile(&f);
    else if (path != NULL && errno != ENOENT && errno != ENOTDIR)
        ir_fault_set(e, IR_E_ARGUMENT, "cannot open %s: %s", path,
            strerror(errno));
    if (profile != NULL && !f.profile_found)
        ir_fault_set(e, IR_E_ARGUMENT, "there is no profile '%s' in %s",
            profile, path == NULL ? "a home directory" : path);
    if (f.stream != NULL)
        fclose(f.stream);
    free(path);
    return e->status;
}
