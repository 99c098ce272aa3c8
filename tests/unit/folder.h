/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A temporary folder, in which every test of local files works. */
#ifndef IR_TESTS_FOLDER_H
#define IR_TESTS_FOLDER_H

#include <stddef.h>

/* For cmocka: make the folder and go there; leave it and remove it. */
int folder_set_up(void **state);
int folder_tear_down(void **state);

void folder_write(const char *name, const char *text);

/* The file 'name' holds just this. */
void folder_check(const char *name, const void *data, size_t n);

/* The folder holds exactly these names, in alphabetical order, each followed by
 * a blank. */
void folder_check_names(const char *names);

#endif
