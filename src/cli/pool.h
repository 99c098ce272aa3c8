/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Several documents at a time, each on a connection of its own, told in the
 * order in which they were given.  All of this is for the thread that began. */
#ifndef IR_CLI_POOL_H
#define IR_CLI_POOL_H

#include "work.h"

#define IR_POOL_MAX 16
#define IR_POOL_AUTO 4
/* A document of so many bytes is worth all connections: it is fetched alone.
 * The library would take several by itself. */
#define IR_POOL_LARGE_BYTES 16777216

/* What is to be done for one document. */
struct ir_task {
    /* Tells and counts in 'w'; not called once it has become pointless. */
    void (*run)(struct ir_work *w, void *ctx);
    void (*drop)(void *ctx); /* afterwards, in any case; NULL: 'ctx' stays */
    void *ctx;
};

/* How many connections --parallel asks for. */
int ir_pool_wish(const struct ir_settings *s);

/* From now on 'n' tasks of 'w' run at a time; 1: nothing changes, and every
 * task runs at once.  ir_pool_close() is due, also after failures. */
enum ir_status ir_pool_open(struct ir_work *w, int n, struct ir_error *e);

/* Take over a task.  It runs soon; waits while too many are not told yet. */
void ir_pool_add(struct ir_work *w, const struct ir_task *task);

/* Run a task that needs all connections when those before it are told. */
void ir_pool_alone(struct ir_work *w, const struct ir_task *task);

/* When it is their turn: count a failure, tell a warning. */
void ir_pool_fail(struct ir_work *w, const char *path,
    const struct ir_error *e);
void ir_pool_warn(struct ir_work *w, const char *path, const char *text);

/* Wait until all tasks are told, and close the connections. */
void ir_pool_close(struct ir_work *w);

#endif
