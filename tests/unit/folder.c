/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* mkdtemp, scandir, nftw */
#include "folder.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static char path[64];

int
folder_set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/ir-unit-XXXXXX");
    return mkdtemp(path) == NULL || chdir(path) != 0;
}

static int
remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(name);
}

int
folder_tear_down(void **state)
{
    (void)state;
    return chdir("/") != 0
        || nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0;
}

void
folder_write(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

void
folder_check(const char *name, const void *data, size_t n)
{
    FILE *f = fopen(name, "r");
    char *got = malloc(n + 1);

    assert_non_null(f);
    assert_non_null(got);
    assert_int_equal(fread(got, 1, n + 1, f), n);
    if (n > 0)
        assert_memory_equal(got, data, n);
    free(got);
    fclose(f);
}

void
folder_check_names(const char *names)
{
    char found[2000] = "";
    struct dirent **list;
    int n = scandir(".", &list, NULL, alphasort);

    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            strncat(found, name, 300);
            strcat(found, " ");
        }
        free(list[i]);
    }
    free(list);
    assert_string_equal(found, names);
}
